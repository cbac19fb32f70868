"""The guard: deleting has a budget, waits for complete reads and for a commit without errors."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.change import AcceptRun, DropRun, MergeProposal, Route
from reconciler.model.decision import Decision, Phase
from reconciler.model.environment import DeletionBudget
from reconciler.model.errors import Problem, Severity
from reconciler.model.ids import Address, RunName
from reconciler.model.observed import Controls
from reconciler.model.plan import Plan
from reconciler.plan.guard import allowed, approval, guard, without_deletions, without_merges, without_unsigned_merges
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS

NAMES = [Address(f"datasets/d{number}") for number in range(10)]


def removal(address: Address) -> Decision:
    return Decision(
        address=address,
        phase=Phase.RECONCILING,
        reason="Removing",
        message="its spec is gone",
        changes=(DropRun(address=address, run=RunName(f"{address}/1")),),
    )


def removals(names: Iterable[Address]) -> dict[Address, Decision]:
    return {name: removal(name) for name in names}


def hold(
    count: int,
    *,
    recorded: dict[Address, Any] | None = None,
    approved: str = "",
    unread: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    **budget: Any,
) -> tuple[dict[Address, Decision], tuple[str, ...]]:
    wanted = stage.desired(problems=problems, deletion={"number": 3, "share": 0.3, **budget})
    controls = Controls(approved=frozenset({approved} if approved else ()))
    facts = {name: {} for name in NAMES} | (recorded or {})
    seen = stage.actual(facts=facts, controls=controls, unread=unread)
    found, notes = guard(removals(NAMES[:count]), wanted, seen)
    return dict(found), notes


def reasons(found: dict[Address, Decision]) -> set[str]:
    return {decision.reason for decision in found.values()}


@given(st.integers(0, 100), st.floats(0, 1), st.integers(0, 1000))
def test_the_budget_is_the_smaller_of_a_number_and_a_share_and_one_at_least(
    number: int, share: float, size: int
) -> None:
    limit = allowed(DeletionBudget(number=number, share=share), size)
    assert limit <= number
    assert limit <= max(1, share * size)
    assert (limit == 0) == (number == 0)


def test_removals_within_the_budget_go_on() -> None:
    found, notes = hold(3)
    assert (reasons(found), notes) == ({"Removing"}, ())
    assert all(decision.changes for decision in found.values())


def test_above_the_budget_the_plan_stalls_until_approved_in_git() -> None:
    found, notes = hold(4)
    assert reasons(found) == {"DeletionBudget"}
    assert all(d.phase is Phase.STALLED and not d.changes for d in found.values())
    assert "removes 4 of 10 resources and one pass may delete 3" in notes[0]
    assert f"setpoint apply --approve {approval(removals(NAMES[:4]))}" in notes[0]


def test_an_approval_is_of_exactly_these_removals() -> None:
    assert reasons(hold(4, approved=approval(removals(NAMES[:4])))[0]) == {"Removing"}
    assert reasons(hold(5, approved=approval(removals(NAMES[:4])))[0]) == {"DeletionBudget"}


def test_an_approval_holds_until_the_last_of_its_removals_is_done() -> None:
    """What takes several passes is not asked for again when the first of them are gone."""
    name = approval(removals(NAMES[:8]))
    begun, _ = hold(8, approved=name)
    recorded = {address: decision.facts for address, decision in begun.items()}
    found, notes = hold(5, approved=name, recorded=recorded)
    assert (reasons(found), notes) == ({"Removing"}, ())
    assert {decision.facts["approved"] for decision in found.values()} == {name}


def test_what_was_approved_before_does_not_use_up_the_budget_of_the_others() -> None:
    name = approval(removals(NAMES[:4]))
    recorded = {address: {"approved": name} for address in NAMES[:4]}
    assert reasons(hold(7, approved=name, recorded=recorded)[0]) == {"Removing"}
    found, _ = hold(8, approved=name, recorded=recorded)
    assert [found[address].reason for address in NAMES[:8]] == ["Removing"] * 4 + ["DeletionBudget"] * 4


def test_what_never_made_anything_is_removed_without_counting() -> None:
    removed = {name: replace(removal(name), changes=()) for name in NAMES}
    wanted = stage.desired(deletion={"number": 3, "share": 0.3})
    bare = stage.actual(facts={name: {} for name in NAMES})
    found, notes = guard(removed, wanted, bare)
    assert (reasons(dict(found)), notes) == ({"Removing"}, ())
    held = stage.actual(*(stage.version(f"{name}/1") for name in NAMES[:4]), facts={name: {} for name in NAMES})
    found, notes = guard(removed, wanted, held)
    assert [found[name].reason for name in NAMES] == ["DeletionBudget"] * 4 + ["Removing"] * 6
    assert (
        f"removes 4 of 10 resources and one pass may delete 3: restore the specs, or approve with `setpoint apply "
        f"--approve {approval(removals(NAMES[:4]))}`" in notes[0]
    )


@pytest.mark.parametrize(
    "thing",
    [
        stage.branch("datasets/d0/1"),
        stage.job("datasets/d0/1", "failed"),
        stage.proposal("datasets/d0/1"),
        stage.version("datasets/d0/1"),
    ],
)
def test_whatever_a_resource_holds_counts(thing: Any) -> None:
    wanted = stage.desired(deletion={"number": 0})
    found, _ = guard(
        {NAMES[0]: replace(removal(NAMES[0]), changes=())}, wanted, stage.actual(thing, facts={NAMES[0]: {}})
    )
    assert found[NAMES[0]].reason == "DeletionBudget"


def test_a_number_of_zero_allows_no_removal_without_a_word() -> None:
    assert reasons(hold(1, number=0)[0]) == {"DeletionBudget"}


def test_nothing_is_deleted_in_a_pass_whose_reads_were_not_all_complete() -> None:
    found, notes = hold(1, unread={"forge": "503"})
    (decision,) = found.values()
    assert (decision.phase, decision.reason, decision.changes) == (Phase.WAITING, "Unavailable", ())
    assert notes


def test_a_commit_with_errors_never_deletes() -> None:
    assert reasons(hold(1, problems=(stage.problem(),))[0]) == {"CommitHasErrors"}


def test_a_warning_is_no_error() -> None:
    warning = Problem("specs/a.yaml", 1, 1, "", "odd", severity=Severity.WARNING)
    assert reasons(hold(1, problems=(warning,))[0]) == {"Removing"}


def test_without_removals_there_is_nothing_to_hold() -> None:
    assert hold(0, unread={"data": "down"}) == ({}, ())


@pytest.mark.parametrize("order", [1, -1])
def test_an_approval_is_named_by_the_set_and_not_by_its_order(order: int) -> None:
    assert approval(removals(NAMES[::order])) == approval(removals(NAMES))


def test_deletions_are_taken_out_and_the_rest_stays_in_order() -> None:
    run = RunName(f"{LOANS}/1")
    accept, drop = AcceptRun(address=LOANS, run=run), DropRun(address=LOANS, run=run)
    route = Route(address=API, traffic={})
    decision = Decision(address=LOANS, phase=Phase.READY, reason="", message="", changes=(accept, drop, route, drop))
    assert without_deletions(decision).changes == (accept, route)


def test_nothing_is_merged_to_a_branch_whose_newest_commit_is_refused() -> None:
    merge, drop = (
        MergeProposal(address=LOANS, name="n", head=stage.COMMIT, file="f", edits={}),
        DropRun(address=LOANS, run=RunName(f"{LOANS}/1")),
    )
    told = Decision(address=LOANS, phase=Phase.READY, reason="x", message="x", changes=(merge, drop))
    held = without_merges(Plan(stage.COMMIT, "dev", {LOANS: told})).decisions[LOANS]
    assert (held.changes, held.phase, held.reason) == ((drop,), Phase.WAITING, "CommitRefused")
    nothing_to_merge = replace(told, changes=(drop,))
    assert without_merges(Plan(stage.COMMIT, "dev", {LOANS: nothing_to_merge})).decisions[LOANS] is nothing_to_merge


def test_what_the_daemon_could_not_sign_it_does_not_merge() -> None:
    merge, drop = (
        MergeProposal(address=LOANS, name="n", head=stage.COMMIT, file="f", edits={}),
        DropRun(address=LOANS, run=RunName(f"{LOANS}/1")),
    )
    told = Decision(address=LOANS, phase=Phase.READY, reason="x", message="x", changes=(merge, drop))
    held = without_unsigned_merges(Plan(stage.COMMIT, "dev", {LOANS: told}), "there is no key").decisions[LOANS]
    assert (held.changes, held.phase, held.reason) == ((drop,), Phase.STALLED, "NoSigningKey")
    assert held.message == "there is no key"
