"""The daemon ends in time, whatever it hangs on."""

import threading
import time
from collections.abc import Iterator

import pytest

from reconciler.loop.shutdown import until_stopped
from reconciler.loop.wake_up import WakeUp

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
def wake_up() -> WakeUp:
    return WakeUp()


def timed(line: Line, wake_up: WakeUp) -> tuple[bool, float]:
    """Run something that hangs, say stop, and tell whether and after how many seconds it ended."""
    threading.Timer(0.05, wake_up.stop).start()
    began = time.monotonic()
    return until_stopped([line.call], lambda: wake_up.stopped, line.cancel), time.monotonic() - began


def test_what_ends_by_itself_is_not_cancelled(line: Line, wake_up: WakeUp) -> None:
    line.over.set()
    assert until_stopped([line.call], lambda: wake_up.stopped, line.cancel)
    assert line.cancelled == []


@pytest.mark.slow
def test_a_call_that_hangs_is_cancelled(line: Line, wake_up: WakeUp) -> None:
    ended, seconds = timed(line, wake_up)
    assert ended
    assert seconds < LONGEST
    assert line.cancelled


@pytest.mark.slow
def test_what_cannot_be_cancelled_is_left_behind(line: Line, wake_up: WakeUp) -> None:
    line.is_deaf = True
    ended, seconds = timed(line, wake_up)
    assert not ended
    assert seconds < LONGEST


@pytest.mark.slow
def test_of_several_none_waits_for_another_and_all_have_ended_in_time(wake_up: WakeUp) -> None:
    lines = [Line(is_deaf=True), Line(), Line(is_deaf=True)]
    ended = threading.Event()

    def quick() -> None:
        wake_up.pause(PATIENCE)
        ended.set()

    def cancel(most: float) -> None:
        for line in lines:
            line.cancel(most)

    threading.Timer(0.05, wake_up.stop).start()
    began = time.monotonic()
    assert not until_stopped([quick, *(line.call for line in lines)], lambda: wake_up.stopped, cancel)
    assert time.monotonic() - began < LONGEST
    assert ended.is_set()
    for line in lines:
        line.over.set()


def test_an_error_of_the_daemon_is_raised(wake_up: WakeUp) -> None:
    def run() -> None:
        raise ZeroDivisionError("oops")

    with pytest.raises(ZeroDivisionError):
        until_stopped([run], lambda: wake_up.stopped, lambda _: None)
