"""A play: its engines or its forge, its workspace and its acts, and all of it taken away at its end."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reconciler.cli.demo.display import Display
from reconciler.cli.demo.workspace import DemoFailed, Workspace, prepare
from tests.demo import releases
from tests.demo.acts import ACTS
from tests.demo.forge import OnForge, on_gitea
from tests.demo.pictures import Album
from tests.servers.engines import started

Acts = Sequence[tuple[str, Callable[[], None]]]


@contextmanager
def releasing(folder: Path, display: Display, pictures: Path | None = None) -> Iterator[tuple[OnForge, Acts]]:
    """Start a forge and give the acts of releases on it; pictures of its pages are taken into a folder, if one is told.

    Raises:
        DemoFailed: an act didn't do what it says; the ends of the daemons' logs are told.
    """
    with on_gitea(folder, display, Album(pictures)) as workspace:
        try:
            yield workspace, [(title, partial(act, workspace)) for title, act in releases.ACTS]
        except (DemoFailed, TimeoutError) as failure:
            raise DemoFailed("\n".join([str(failure), *workspace.logs().values()])) from failure


@contextmanager
def playing(environment: str, folder: Path, display: Display) -> Iterator[Acts]:
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
