"""A play: its engines, its workspace and its acts, and all of it taken away at its end."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.workspace import DemoFailed, Workspace, prepare
from tests.demo.acts import ACTS
from tests.servers.engines import started


@contextmanager
def playing(environment: str, folder: Path, display: Display) -> Iterator[Sequence[tuple[str, Callable[[], None]]]]:
    """Start the engines of an environment and give its acts, to be played in their order.

    Raises:
        DemoFailed: an act didn't do what it says; the ends of the daemon's logs are told.
    """
    workspace: Workspace = prepare(folder / "demo", display)
    sources = {name: value for name, value in workspace.environ().items() if name.startswith("SETPOINT_SECRET_")}
    with started(environment, folder, sources) as engines:
        workspace.secrets.update(engines.secrets)
        os.environ.update(engines.secrets)
        try:
            yield [(title, partial(act, workspace, engines)) for title, act in ACTS]
        except DemoFailed as failure:
            raise DemoFailed("\n".join([str(failure), *workspace.logs().values()])) from failure
        finally:
            workspace.stop()
            for name in engines.secrets:
                os.environ.pop(name, None)
