"""What the tests of the local pool share: short jobs, and ways to wait for their ends."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.providers.pools.local import supervisor

Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def wait() -> Wait:
    """Return a function that waits until a condition holds, and fails when it doesn't come."""

    def until(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20.0
        while not condition():
            assert time.monotonic() < deadline, "it didn't come to pass"
            time.sleep(0.005)

    return until


@pytest.fixture
def no_process_left(tmp_path: Path) -> Iterator[None]:
    """Demand that nothing that works in the test's folder outlives the test."""
    yield
    deadline = time.monotonic() + 20.0
    while (left := _working_under(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left


def _working_under(folder: Path) -> list[int]:
    """Return the processes whose work directory is in a folder, or was until it was deleted."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place = str((process / "cwd").readlink())
        except OSError:
            continue
        if place.startswith(str(folder)) and supervisor.identity(int(process.name)):
            found.append(int(process.name))
    return found
