"""The daemon: passes while it holds the lease and something happened, and a stop in good order."""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog

from reconciler.loop.cycle import Pass
from reconciler.loop.daemon import Daemon, Rhythm
from reconciler.loop.health import Metrics, Pulse
from reconciler.loop.wake_up import WakeUp
from reconciler.model.change import DropRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.errors import Unavailable
from reconciler.model.ids import CommitId, RunName
from reconciler.model.plan import Outcome, Plan
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import COMMIT, LOANS

PATIENCE = 5.0
QUIET = 0.3
SLOW = Rhythm(resync=timedelta(hours=1), lease=timedelta(milliseconds=20))


def now() -> datetime:
    return datetime.now(UTC)


def made(*changes: DropRun, error: str = "", wake: datetime | None = None, **parts: Any) -> Pass:
    """Build a pass that tried these changes."""
    decision = Decision(address=LOANS, phase=Phase.READY, reason="", message="", changes=changes, wake=wake)
    outcomes = tuple(Outcome(change, error) for change in changes)
    return Pass(stage.desired(), stage.actual(), Plan(COMMIT, "dev", {LOANS: decision}), outcomes, **parts)


def drop(name: str) -> DropRun:
    return DropRun(address=LOANS, run=RunName(f"{LOANS}/{name}"))


class Environment:
    """An environment in which nothing happens but what a test says: passes to come, news, a moved ref."""

    def __init__(self, *coming: Pass) -> None:
        self.coming = list(coming)
        self.passes: list[CommitId] = []
        self.commit: CommitId | None = COMMIT
        self.trouble: Exception | None = None
        self.news = threading.Event()
        self.has_moved, self.looks = False, 0
        self.pushed: list[Collection[str]] = []
        self.cared = 0
        self.sick: Exception | None = None

    def head(self) -> CommitId | None:
        if self.trouble:
            raise self.trouble
        return self.commit

    def run(self, commit: CommitId) -> Pass:
        self.passes.append(commit)
        return self.coming.pop(0) if self.coming else made()

    def refresh(self, pushed: Collection[str] = ()) -> None:
        self.pushed.append(pushed)
        self.has_moved = False

    def moved(self) -> bool:
        self.looks += 1
        if self.trouble:
            raise self.trouble
        return self.has_moved

    def settle_jobs(self) -> bool:
        if self.sick:
            raise self.sick
        return False

    def settle_endpoints(self) -> bool:
        self.cared += 1
        if self.sick:
            raise self.sick
        found = self.news.is_set()
        self.news.clear()
        return found


class Lease:
    """A lease that one of two may hold, until it runs out; `hang` keeps whoever asks for it waiting."""

    def __init__(self) -> None:
        self.is_free = True
        self.trouble: Exception | None = None
        self.is_mine = False
        self.is_over = False
        self.hang = threading.Event()
        self.hang.set()
        self.asked = 0

    def acquire(self) -> bool:
        self.asked += 1
        self.hang.wait(PATIENCE)
        if self.trouble:
            raise self.trouble
        self.is_mine = self.is_free
        return self.is_mine

    def held(self) -> bool:
        return self.is_mine and not self.is_over

    def had_last(self) -> bool:
        return self.is_mine

    def holder(self) -> str:
        return "other:7"

    def release(self) -> None:
        self.is_mine = False


class House:
    """A daemon, and what it lives on."""

    def __init__(self, *coming: Pass, rhythm: Rhythm = SLOW) -> None:
        self.environment, self.lease, self.wake_up = Environment(*coming), Lease(), WakeUp()
        self.pulse, self.metrics = Pulse(now(), self.lease.held), Metrics("dev")
        self.daemon = Daemon(
            self.environment,
            self.lease,
            self.wake_up,
            metrics=self.metrics,
            pulse=self.pulse,
            now=now,
            rhythm=rhythm,
        )

    @property
    def count(self) -> int:
        return len(self.environment.passes)

    @contextmanager
    def running(self) -> Iterator["House"]:
        thread = threading.Thread(target=self.daemon.run)
        thread.start()
        try:
            yield self
        finally:
            self.wake_up.stop()
            thread.join(PATIENCE)
        assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never held"
        threading.Event().wait(0.005)


def rests(house: House) -> bool:
    """Tell whether no pass is made for a while."""
    before = house.count
    threading.Event().wait(QUIET)
    return house.count == before


def test_it_makes_a_pass_when_it_starts_and_then_rests() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        assert rests(house)
        assert house.environment.passes == [COMMIT]
        assert house.pulse.health.last_pass is not None
        assert house.pulse.health.has_lease
        assert house.metrics.registry.get_sample_value("setpoint_lease_held") == 1


def test_it_makes_another_while_passes_change_the_world() -> None:
    with House(made(drop("1")), made(drop("2"))).running() as house:
        until(lambda: house.count == 3)
        assert rests(house)


def test_a_pass_that_does_the_same_again_is_not_repeated_at_once() -> None:
    """A change that is made and never seen must not make a hot loop."""
    same = made(drop("1"))
    with House(*[same] * 50).running() as house:
        until(lambda: house.count == 2)
        assert rests(house)


def test_a_pass_whose_changes_all_failed_is_not_repeated_at_once_but_when_they_are_due() -> None:
    failed = made(drop("1"), error="down", retry_at=now() + timedelta(seconds=0.6))
    with House(failed).running() as house:
        until(lambda: house.count == 1)
        assert rests(house)
        until(lambda: house.count == 2)


def test_a_request_pass_asks_for_a_pass() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.wake_up.request_pass()
        until(lambda: house.count == 2)


def test_news_of_an_engine_asks_for_a_pass() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.environment.news.set()
        until(lambda: house.count == 2)


def test_a_decision_that_waits_for_a_moment_is_made_again_then() -> None:
    with House(made(wake=now() + timedelta(seconds=0.2))).running() as house:
        until(lambda: house.count == 2)


def test_everything_is_looked_at_again_after_a_while() -> None:
    rhythm = Rhythm(resync=timedelta(milliseconds=20), lease=timedelta(hours=1))
    with House(rhythm=rhythm).running() as house:
        until(lambda: house.count > 2)


def test_what_a_pass_notes_is_in_the_log_once() -> None:
    refused = replace(made().plan, notes=("commit 1 is not applied",))
    rhythm = Rhythm(resync=timedelta(milliseconds=20), lease=timedelta(hours=1))
    with (
        structlog.testing.capture_logs() as logged,
        House(*[replace(made(), plan=refused)] * 3, rhythm=rhythm).running() as house,
    ):
        until(lambda: house.count > 4)
    assert [line["note"] for line in logged if line["event"] == "note"] == list(refused.notes)


def test_a_second_daemon_waits_for_the_lease_and_takes_over() -> None:
    with structlog.testing.capture_logs() as logged:
        house = House()
        house.lease.is_free = False
        with house.running():
            until(lambda: house.lease.asked > 3)
    assert logged == [{"event": "waits for the lease", "holder": "other:7", "log_level": "info"}]
    house = House()
    house.lease.is_free = False
    with house.running():
        until(lambda: house.pulse.health.waits_for == "other:7")
        assert rests(house)
        assert (house.count, house.daemon.may_write) == (0, False)
        house.lease.is_free = True
        until(lambda: house.count == 1)
        assert house.daemon.may_write


def test_a_daemon_that_lost_the_lease_stops_writing() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.lease.is_free = False
        until(lambda: not house.daemon.may_write)
        house.wake_up.request_pass()
        assert rests(house)
        assert house.count == 1


def test_a_lease_that_cannot_be_asked_for_is_held_until_it_runs_out() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.lease.trouble = Unavailable("git is down", "start it")
        until(lambda: house.pulse.health.problem == "git is down")
        house.wake_up.request_pass()
        until(lambda: house.count == 2)
        assert house.daemon.may_write
        assert house.pulse.health.has_lease
        house.lease.is_over = True
        assert not house.daemon.may_write
        assert not house.pulse.health.has_lease
        house.wake_up.request_pass()
        assert rests(house)
        house.lease.trouble, house.lease.is_over = None, False
        until(lambda: house.pulse.health.problem == "")
        until(lambda: house.count == 3)


def test_a_lease_that_runs_out_while_its_renewal_hangs_is_not_written_under() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.lease.hang.clear()
        asked = house.lease.asked
        until(lambda: house.lease.asked > asked)
        house.lease.is_over = True
        assert not house.daemon.may_write
        assert not house.pulse.health.has_lease
        assert house.metrics.registry.get_sample_value("setpoint_lease_held") == 0
        house.wake_up.request_pass()
        assert rests(house)
        house.lease.hang.set()


def test_a_repository_that_cannot_be_reached_at_the_start_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    house = House()
    house.lease.trouble = Unavailable("the repository is gone", "bring it back")
    with house.running():
        until(lambda: house.lease.asked > 3)
        assert house.pulse.health.problems == {"lease": "the repository is gone"}
    assert capsys.readouterr().out.count("the repository is gone") == 1


def test_endpoints_are_cared_for_while_a_pass_hangs() -> None:
    house, hang = House(), threading.Event()
    house.environment.run = lambda commit: hang.wait(PATIENCE) and made()  # type: ignore[assignment, return-value]
    with house.running():
        cared = house.environment.cared
        until(lambda: house.environment.cared > cared + 1)
        hang.set()


def test_endpoints_are_cared_for_when_the_lease_ran_out_until_another_has_it() -> None:
    with House().running() as house:
        until(lambda: house.count == 1)
        house.lease.is_over = True
        cared = house.environment.cared
        until(lambda: house.environment.cared > cared + 1)
        house.lease.is_free = False
        until(lambda: not house.lease.had_last())
        threading.Event().wait(0.05)
        cared = house.environment.cared
        threading.Event().wait(QUIET)
        assert house.environment.cared == cared


def test_trouble_is_told_and_goes_when_it_is_over() -> None:
    house = House()
    house.environment.trouble = Unavailable("git is down", "start it")
    with house.running():
        until(lambda: house.pulse.health.problem == "git is down")
        assert house.metrics.registry.get_sample_value("setpoint_passes_total", {"result": "failed"}) == 1
        assert rests(house)
        house.environment.trouble = None
        house.wake_up.request_pass()
        until(lambda: house.pulse.health.problem == "")
        assert house.count == 1


def test_a_defect_does_not_end_the_daemon() -> None:
    house = House()
    house.environment.trouble = ZeroDivisionError("oops")
    with house.running():
        until(lambda: "a defect of Setpoint: ZeroDivisionError" in house.pulse.health.problem)
        house.environment.trouble = None
        house.wake_up.request_pass()
        until(lambda: house.count == 1)


def test_a_branch_without_a_commit_is_trouble() -> None:
    house = House()
    house.environment.commit = None
    with house.running():
        until(lambda: house.pulse.health.problem == "the watched branch has no commit")


@pytest.mark.timing
def test_it_stops_at_once_and_gives_the_lease_back() -> None:
    house = House()
    with house.running():
        until(lambda: house.count == 1)
        began = time.monotonic()
    assert time.monotonic() - began < 1.0
    assert not house.lease.is_mine
    assert not house.daemon.may_write


@pytest.mark.parametrize("trouble", [Unavailable("git is down"), KeyError("odd")])
def test_engines_that_cannot_live_do_not_stop_the_passes(trouble: Exception) -> None:
    house = House()
    house.environment.sick = trouble
    with house.running():
        until(lambda: house.count == 1)
        house.wake_up.request_pass()
        until(lambda: house.count == 2)
