"""What wakes the loop: rings and knocks, moments and intervals, refs that move."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.loop.wake_up import REMEMBERED, Schedules, WakeUp, watch

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
def wake_up() -> WakeUp:
    return WakeUp()


@pytest.fixture
def schedules(wake_up: WakeUp) -> Iterator[Schedules]:
    found = Schedules(wake_up)
    found.start()
    yield found
    found.stop()


def test_rings_between_two_hearings_are_one(wake_up: WakeUp) -> None:
    assert not wake_up.wait(0)
    wake_up.request_pass()
    wake_up.request_pass()
    assert wake_up.wait(0)
    assert not wake_up.wait(0)


@pytest.mark.parametrize("word", ["request_pass", "hint", "wake", "stop"])
def test_whatever_comes_wakes_a_loop_that_waits(wake_up: WakeUp, word: str) -> None:
    began = time.monotonic()
    ringing = threading.Thread(target=getattr(wake_up, word))
    ringing.start()
    assert wake_up.wait(PATIENCE) is (word == "request_pass")
    assert time.monotonic() - began < PATIENCE, "it waited for its time to run out"
    ringing.join()


def test_a_hint_wakes_and_does_not_request_pass(wake_up: WakeUp) -> None:
    wake_up.hint()
    assert not wake_up.wait(0)
    assert wake_up.hinted()
    assert not wake_up.hinted()


def test_what_the_forge_says_is_a_hint_and_each_branch_is_told_once(wake_up: WakeUp) -> None:
    assert wake_up.told() == frozenset()
    for pushed in ("refs/heads/main", "", "refs/heads/side", "refs/heads/main"):
        wake_up.tell(pushed)
    assert wake_up.hinted()
    assert wake_up.told() == {"refs/heads/main", "refs/heads/side", ""}
    assert wake_up.told() == frozenset()


def test_a_forge_that_says_a_lot_to_a_loop_that_hangs_fills_no_memory(wake_up: WakeUp) -> None:
    for number in range(REMEMBERED + 10):
        wake_up.tell(f"refs/heads/{number}")
    assert len(wake_up.told()) == REMEMBERED


def test_a_request_pass_beside_a_hint_is_wait(wake_up: WakeUp) -> None:
    wake_up.hint()
    wake_up.request_pass()
    assert wake_up.wait(0)
    assert wake_up.hinted()


def test_no_request_pass_is_ever_lost(wake_up: WakeUp) -> None:
    """Not even one that comes as a hearing ends without one."""
    rounds, pass_requested = 300, 0
    for _ in range(rounds):
        ringing = threading.Thread(target=wake_up.request_pass)
        ringing.start()
        wait = wake_up.wait(0)
        ringing.join()
        pass_requested += wait or wake_up.wait(0)
    assert pass_requested == rounds


def test_stopping_is_told(wake_up: WakeUp) -> None:
    wake_up.stop()
    assert wake_up.stopped


def test_it_rings_at_a_moment_and_at_once_for_one_that_is_past(wake_up: WakeUp, schedules: Schedules) -> None:
    schedules.wake_at(now() - timedelta(days=1))
    assert wake_up.wait(PATIENCE)
    schedules.wake_at(now() + timedelta(milliseconds=50))
    assert wake_up.wait(PATIENCE)


def test_a_moment_takes_the_place_of_the_one_before(wake_up: WakeUp, schedules: Schedules) -> None:
    schedules.wake_at(now() + timedelta(milliseconds=100))
    schedules.wake_at(now() + timedelta(hours=1))
    assert not wake_up.wait(0.3)
    schedules.wake_at(now() + timedelta(milliseconds=100))
    schedules.wake_at(None)
    schedules.wake_at(None)
    assert not wake_up.wait(0.3)


def test_something_is_called_at_an_interval(schedules: Schedules) -> None:
    calls: list[int] = []
    schedules.every("count", lambda: timedelta(milliseconds=20), lambda: calls.append(1))
    assert until(lambda: len(calls) >= 3)


def test_an_interval_may_begin_at_once(schedules: Schedules) -> None:
    calls: list[int] = []
    schedules.every("count", lambda: timedelta(hours=1), lambda: calls.append(1), at_once=True)
    assert until(lambda: len(calls) == 1)


def test_what_hangs_keeps_nothing_else_from_being_called(schedules: Schedules) -> None:
    calls: list[int] = []
    hang = threading.Event()
    schedules.every("hangs", lambda: timedelta(milliseconds=1), lambda: hang.wait(PATIENCE), at_once=True)
    schedules.every("count", lambda: timedelta(milliseconds=20), lambda: calls.append(1))
    assert until(lambda: len(calls) >= 3)
    hang.set()


def test_waking_the_loop_asks_for_nothing(wake_up: WakeUp) -> None:
    wake_up.wake()
    assert not wake_up.wait(PATIENCE)
    assert not wake_up.hinted()


def test_stopping_twice_is_harmless(wake_up: WakeUp) -> None:
    found = Schedules(wake_up)
    found.stop()
    found.start()
    found.stop()
    found.stop()


@pytest.fixture
def folder(tmp_path: Path, wake_up: WakeUp) -> Iterator[Path]:
    for name in ("refs/heads", "objects"):
        (tmp_path / name).mkdir(parents=True)
    stop = threading.Event()
    thread = watch(tmp_path, wake_up, stop)
    ready = tmp_path / "refs/heads/ready"
    assert until(lambda: bool(ready.write_text("x")) and wake_up.hinted())
    yield tmp_path
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_ref_that_moves_knocks(folder: Path, wake_up: WakeUp) -> None:
    for name in ("refs/heads/main", "HEAD", "packed-refs"):
        wake_up.hinted()
        (folder / name).write_text("abc")
        assert until(wake_up.hinted), name


def test_objects_and_locks_do_not_hint(folder: Path, wake_up: WakeUp) -> None:
    threading.Event().wait(0.2)
    wake_up.hinted()
    (folder / "objects/ab").write_text("x")
    (folder / "refs/heads/main.lock").write_text("x")
    threading.Event().wait(0.3)
    assert not wake_up.hinted()
