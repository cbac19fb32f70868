"""Telling how far a training is: no more often than is looked at, and the last step always."""

import logging
import threading

import pytest

from runners.contract.progress import Progress, progress_in
from runners.train.progress import EVERY, Teller, watched


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def _told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "runners")


def told(caplog: pytest.LogCaptureFixture) -> list[Progress]:
    return [*progress_in("\n".join(record.getMessage() for record in caplog.records))]


def test_steps_are_told_no_more_often_than_there_is_time_to_look(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    tell = Teller("epoch", "loss", 10, clock)
    for step in range(1, 11):
        tell(step, {"train": 1 / step})
        clock.seconds += EVERY / 4
    assert [one.step for one in told(caplog)] == [1, 5, 9, 10]
    assert told(caplog)[0] == Progress(1, 10, {"train": 1.0}, "epoch", "loss")


def test_the_last_step_is_told_however_soon_it_comes(caplog: pytest.LogCaptureFixture) -> None:
    tell = Teller("epoch", "loss", 3, Clock())
    for step in (1, 2, 3):
        tell(step, {"train": 0.5})
    assert [one.step for one in told(caplog)] == [1, 3]


def test_a_series_that_grows_is_told_while_something_else_is_done(caplog: pytest.LogCaptureFixture) -> None:
    losses, seen = [0.75, 0.5], threading.Event()

    class Telling(Teller):
        def __call__(self, step: float, metrics: object) -> None:
            super().__call__(step, metrics)  # type: ignore[arg-type]
            seen.set()

    with watched(lambda: losses, Telling("epoch", "training loss", 9), every=0.001):
        assert seen.wait(5)
        seen.clear()
        losses += [0.25]
        assert seen.wait(5)
    assert told(caplog)[0] == Progress(2, 9, {"train": 0.5}, "epoch", "training loss")
    assert threading.active_count() == len(threading.enumerate())


def test_nothing_is_told_of_what_never_grows(caplog: pytest.LogCaptureFixture) -> None:
    with watched(lambda: (), Teller("epoch", "loss", 9), every=0.001):
        pass
    assert told(caplog) == []
