"""What wakes the loop: rings and knocks, moments and intervals, refs that move."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.loop.events import Bell, Schedules, watch

PATIENCE = 5.0


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        threading.Event().wait(0.01)
    return False


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def schedules(bell: Bell) -> Iterator[Schedules]:
    found = Schedules(bell)
    found.start()
    yield found
    found.stop()


def test_rings_between_two_hearings_are_one(bell: Bell) -> None:
    assert not bell.heard(0)
    bell.ring()
    bell.ring()
    assert bell.heard(0)
    assert not bell.heard(0)


def test_a_ring_wakes_a_loop_that_waits(bell: Bell) -> None:
    ringing = threading.Thread(target=bell.ring)
    ringing.start()
    assert bell.heard(PATIENCE)
    ringing.join()


def test_a_knock_wakes_and_does_not_ring(bell: Bell) -> None:
    bell.knock()
    assert not bell.heard(PATIENCE)
    assert bell.knocked()
    assert not bell.knocked()


def test_a_ring_beside_a_knock_is_heard(bell: Bell) -> None:
    bell.knock()
    bell.ring()
    assert bell.heard(0)
    assert bell.knocked()


def test_no_ring_is_ever_lost(bell: Bell) -> None:
    """Not even one that comes as a hearing ends without one."""
    rounds, rung = 300, 0
    for _ in range(rounds):
        ringing = threading.Thread(target=bell.ring)
        ringing.start()
        heard = bell.heard(0)
        ringing.join()
        rung += heard or bell.heard(0)
    assert rung == rounds


def test_stopping_wakes_the_loop(bell: Bell) -> None:
    bell.stop()
    assert bell.stopped
    assert not bell.heard(PATIENCE)


def test_it_rings_at_a_moment_and_at_once_for_one_that_is_past(bell: Bell, schedules: Schedules) -> None:
    schedules.wake_at(now() - timedelta(days=1))
    assert bell.heard(PATIENCE)
    schedules.wake_at(now() + timedelta(milliseconds=50))
    assert bell.heard(PATIENCE)


def test_a_moment_takes_the_place_of_the_one_before(bell: Bell, schedules: Schedules) -> None:
    schedules.wake_at(now() + timedelta(milliseconds=100))
    schedules.wake_at(now() + timedelta(hours=1))
    assert not bell.heard(0.3)
    schedules.wake_at(now() + timedelta(milliseconds=100))
    schedules.wake_at(None)
    schedules.wake_at(None)
    assert not bell.heard(0.3)


def test_something_is_called_at_an_interval(schedules: Schedules) -> None:
    calls: list[int] = []
    schedules.every("count", timedelta(milliseconds=20), lambda: calls.append(1))
    assert until(lambda: len(calls) >= 3)


def test_an_interval_may_begin_at_once(schedules: Schedules) -> None:
    calls: list[int] = []
    schedules.every("count", timedelta(hours=1), lambda: calls.append(1), at_once=True)
    assert until(lambda: len(calls) == 1)


def test_what_hangs_keeps_nothing_else_from_being_called(schedules: Schedules) -> None:
    calls: list[int] = []
    hang = threading.Event()
    schedules.every("hangs", timedelta(milliseconds=1), lambda: hang.wait(PATIENCE), at_once=True)
    schedules.every("count", timedelta(milliseconds=20), lambda: calls.append(1))
    assert until(lambda: len(calls) >= 3)
    hang.set()


def test_waking_the_loop_asks_for_nothing(bell: Bell) -> None:
    bell.wake()
    assert not bell.heard(PATIENCE)
    assert not bell.knocked()


def test_stopping_twice_is_harmless(bell: Bell) -> None:
    found = Schedules(bell)
    found.stop()
    found.start()
    found.stop()
    found.stop()


@pytest.fixture
def folder(tmp_path: Path, bell: Bell) -> Iterator[Path]:
    for name in ("refs/heads", "objects"):
        (tmp_path / name).mkdir(parents=True)
    stop = threading.Event()
    thread = watch(tmp_path, bell, stop)
    ready = tmp_path / "refs/heads/ready"
    assert until(lambda: bool(ready.write_text("x")) and bell.knocked())
    yield tmp_path
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_ref_that_moves_knocks(folder: Path, bell: Bell) -> None:
    for name in ("refs/heads/main", "HEAD", "packed-refs"):
        bell.knocked()
        (folder / name).write_text("abc")
        assert until(bell.knocked), name


def test_objects_and_locks_do_not_knock(folder: Path, bell: Bell) -> None:
    threading.Event().wait(0.2)
    bell.knocked()
    (folder / "objects/ab").write_text("x")
    (folder / "refs/heads/main.lock").write_text("x")
    threading.Event().wait(0.3)
    assert not bell.knocked()
