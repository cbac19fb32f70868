"""What the tests of local serving share: ways to wait, and a look at whether a process is left."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Wait = Callable[[Callable[[], object]], None]


@pytest.fixture
def wait() -> Wait:
    """Return a function that waits until a condition holds, and fails when it doesn't come."""

    def until(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30.0
        while not condition():
            assert time.monotonic() < deadline, "it didn't come to pass"
            time.sleep(0.01)

    return until


@pytest.fixture
def no_process_left(tmp_path: Path, wait: Wait) -> Iterator[None]:
    """Demand that no process whose command names the test's folder outlives the test."""
    yield
    wait(lambda: not _naming(tmp_path))


def _naming(folder: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
