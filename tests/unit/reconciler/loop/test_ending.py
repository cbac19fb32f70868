"""The daemon ends in time, whatever it hangs on."""

import threading
import time
from collections.abc import Iterator

import pytest

from reconciler.loop.ending import until_stopped
from reconciler.loop.events import Bell

LONGEST = 5.0
PATIENCE = 30.0


class Line:
    """A call to a remote that hangs until it is cancelled, or for ever."""

    def __init__(self, *, is_deaf: bool = False) -> None:
        self.over = threading.Event()
        self.is_deaf = is_deaf
        self.cancelled: list[float] = []

    def call(self) -> None:
        assert self.over.wait(PATIENCE)

    def cancel(self, most: float) -> None:
        self.cancelled.append(most)
        if not self.is_deaf:
            self.over.set()


@pytest.fixture
def line() -> Iterator[Line]:
    found = Line()
    yield found
    found.over.set()


@pytest.fixture
def bell() -> Bell:
    return Bell()


def timed(line: Line, bell: Bell) -> tuple[bool, float]:
    """Run something that hangs, say stop, and tell whether and after how many seconds it ended."""
    threading.Timer(0.05, bell.stop).start()
    began = time.monotonic()
    return until_stopped(line.call, bell, line.cancel), time.monotonic() - began


def test_what_ends_by_itself_is_not_cancelled(line: Line, bell: Bell) -> None:
    line.over.set()
    assert until_stopped(line.call, bell, line.cancel)
    assert line.cancelled == []


@pytest.mark.slow
def test_a_call_that_hangs_is_cancelled(line: Line, bell: Bell) -> None:
    ended, seconds = timed(line, bell)
    assert ended
    assert seconds < LONGEST
    assert line.cancelled


@pytest.mark.slow
def test_what_cannot_be_cancelled_is_left_behind(line: Line, bell: Bell) -> None:
    line.is_deaf = True
    ended, seconds = timed(line, bell)
    assert not ended
    assert seconds < LONGEST


def test_an_error_of_the_daemon_is_raised(bell: Bell) -> None:
    def run() -> None:
        raise ZeroDivisionError("oops")

    with pytest.raises(ZeroDivisionError):
        until_stopped(run, bell, lambda _: None)
