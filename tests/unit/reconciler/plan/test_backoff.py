"""Backing off: a change that failed waits, the rest of the resource with it; a newer commit ends the wait."""

from datetime import timedelta

import pytest

from reconciler.model.change import Change, DropRun
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, CommitId, RunName
from reconciler.model.plan import Outcome, Plan
from reconciler.plan.backoff import FIRST, LONGEST, NONE, Attempts, after, delay, hold, retold
from tests.unit.reconciler.stage import API, COMMIT, LOANS, NOW

ONE, TWO, THREE = (DropRun(address=LOANS, run=RunName(f"{LOANS}/{digit}")) for digit in "123")
FAILED = Outcome(TWO, "the store is down", "wait for it", retry=True)
REFUSED = Outcome(TWO, "that is forbidden")
LATER = NOW + 2 * LONGEST


def plan(*changes: Change, address: Address = LOANS, commit: CommitId = COMMIT) -> Plan:
    decision = Decision(address=address, phase=Phase.RECONCILING, reason="Doing", message="", changes=changes)
    return Plan(commit, "dev", {address: decision})


def attempts(outcome: Outcome = FAILED, times: int = 1) -> Attempts:
    found = NONE
    for _ in range(times):
        found = after(found, plan(ONE, TWO), (Outcome(ONE), outcome), NOW)
    return found


def test_a_change_that_failed_is_held_with_all_that_comes_after_it() -> None:
    waiting = attempts()
    found = hold(plan(ONE, TWO, THREE), waiting, NOW).decisions[LOANS]
    assert found.changes == (ONE,)
    assert (found.phase, found.reason) == (Phase.WAITING, "Retrying")
    assert found.wake == waiting[LOANS].due


def test_what_is_told_is_the_same_when_it_fails_and_while_it_waits() -> None:
    """A message holds nothing that differs from call to call."""
    failing = retold(plan(ONE, TWO).decisions[LOANS], FAILED)
    waiting = hold(plan(ONE, TWO), attempts(), NOW).decisions[LOANS]
    assert failing.message == waiting.message == f"drop {TWO.run}: the store is down (wait for it)"
    assert (failing.phase, failing.reason) == (waiting.phase, waiting.reason)


def test_what_was_refused_needs_a_person_and_stays_stalled_while_it_waits() -> None:
    waiting = hold(plan(TWO), attempts(REFUSED), NOW).decisions[LOANS]
    assert (waiting.phase, waiting.reason) == (Phase.STALLED, "Refused")


def test_it_is_tried_again_when_it_is_due() -> None:
    wanted = plan(ONE, TWO)
    found = attempts()
    assert hold(wanted, found, found[LOANS].due) is wanted


def test_a_newer_commit_cancels_waiting_on_an_older_one() -> None:
    wanted = plan(ONE, TWO, commit=CommitId("new"))
    assert hold(wanted, attempts(), NOW) is wanted


def test_a_decision_that_wants_something_else_is_not_held() -> None:
    wanted = plan(ONE, THREE)
    assert hold(wanted, attempts(), NOW) is wanted
    other = plan(ONE, address=API)
    assert hold(other, attempts(), NOW) is other


def test_failures_in_a_row_are_counted_and_a_success_forgets_them() -> None:
    assert attempts(times=3)[LOANS].failures == 3
    done = after(attempts(times=3), plan(ONE, TWO), (Outcome(ONE), Outcome(TWO)), NOW)
    assert done == {}
    still = after(attempts(times=3), plan(ONE, TWO), (Outcome(ONE),), NOW)
    assert still[LOANS].failures == 3


def test_failures_on_an_older_commit_do_not_count() -> None:
    wanted = plan(TWO, commit=CommitId("new"))
    assert after(attempts(times=5), wanted, (FAILED,), NOW)[LOANS].failures == 1


def test_an_old_story_is_forgotten() -> None:
    assert after(attempts(times=5), plan(TWO), (), LATER + LONGEST) == {}
    assert after(attempts(times=5), plan(TWO), (FAILED,), LATER + LONGEST)[LOANS].failures == 1


def test_what_is_gone_from_the_plan_is_forgotten() -> None:
    assert after(attempts(), plan(address=API), (), NOW) == {}


@pytest.mark.parametrize("failures", [1, 2, 5, 9, 100, 10_000])
def test_waits_double_up_to_five_minutes_half_of_them_jitter(failures: int) -> None:
    whole = min(FIRST * 2 ** min(failures - 1, 20), LONGEST)
    drawn = [delay(failures, Address(f"datasets/{number}")) for number in range(50)]
    assert all(whole / 2 <= wait <= whole for wait in drawn)
    assert len(set(drawn)) > 1
    assert max(drawn) <= timedelta(minutes=5)


def test_only_the_failing_resource_waits() -> None:
    both = {**plan(TWO).decisions, **plan(ONE, address=API).decisions}
    found = hold(Plan(COMMIT, "dev", both), attempts(), NOW)
    assert found.decisions[API].changes == (ONE,)
    assert found.decisions[LOANS].changes == ()
