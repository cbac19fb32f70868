"""A refresh of what is followed that is killed: `python -m tests.engines.killed_following PARAMS FOLDER FORMER STEP`.

A step is a statement, a row that is fetched from the log, or a file that is opened below the folder. Without a step
that is reached it prints how many there were.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from runners.ingest.growth import grow
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from tests.engines.following import OWNER

_CALLS = ((psycopg.Connection, "execute"), (psycopg.ServerCursor, "execute"), (psycopg.Copy, "read_row"))


def at_steps(step: Callable[[], None], folder: Path) -> None:
    """Call something before each step of all refreshes to come."""
    for owner, name in _CALLS:
        _before(owner, name, step)

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(folder) in str(arguments[0]):
            step()

    sys.addaudithook(audit)


def _before(owner: Any, name: str, step: Callable[[], None]) -> None:
    call = getattr(owner, name)

    def counted(*args: Any, **told: Any) -> Any:
        step()
        return call(*args, **told)

    setattr(owner, name, counted)


def main(params: str, folder: Path, former: str, last: int) -> None:
    """Refresh up to a step."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    at_steps(step, folder)
    before = Lent(Path(former).as_uri(), Path(former)) if former else None
    grow(Parameters.model_validate_json(params), folder, before, OWNER)
    sys.stdout.write(f"{count}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
