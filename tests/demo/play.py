"""A play: its engines, its ground and its acts, and all of it taken away at its end."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reconciler.cli.demo.ground import DemoFailed, Ground, prepare
from reconciler.cli.demo.telling import Telling
from tests.demo.acts import ACTS
from tests.servers.engines import started


@contextmanager
def playing(environment: str, folder: Path, telling: Telling) -> Iterator[Sequence[tuple[str, Callable[[], None]]]]:
    """Start the engines of an environment and give its acts, to be played in their order.

    Raises:
        DemoFailed: an act didn't do what it says; the ends of the daemon's logs are told.
    """
    ground: Ground = prepare(folder / "demo", telling)
    sources = {name: value for name, value in ground.environ().items() if name.startswith("SETPOINT_SECRET_")}
    with started(environment, folder, sources) as engines:
        ground.secrets.update(engines.secrets)
        os.environ.update(engines.secrets)
        try:
            yield [(title, partial(act, ground, engines)) for title, act in ACTS]
        except DemoFailed as failure:
            raise DemoFailed("\n".join([str(failure), *ground.logs().values()])) from failure
        finally:
            ground.stop()
            for name in engines.secrets:
                os.environ.pop(name, None)
