"""The plan: a decision for everything that is desired, broken or gone, and the same for the same inputs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import DeleteEndpoint
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Actual, Control, Controls
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired, Resource
from reconciler.plan import decide
from reconciler.plan.decide import view_of
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, GO, LOANS, MARKS, SCORE, SHARED, WATCH

EVERYTHING = tuple(stage.resource(address) for address in (SHARED, LOANS, MARKS, SCORE, GO, API, WATCH))
OLD = f"{LOANS}/{'a' * 12}"


def plan(wanted: Desired | None = None, seen: Actual | None = None) -> Plan:
    return decide(wanted or stage.desired(*EVERYTHING), seen or stage.actual(), CONTROLLERS)


def one(resource: Resource, seen: Actual | None = None) -> Decision:
    return plan(stage.desired(resource), seen).decisions[resource.address]


def control(address: Address, **asked: Any) -> Controls:
    return Controls({address: Control(**asked)})


def test_every_resource_has_a_decision_upstream_before_downstream() -> None:
    found = list(plan().decisions)
    assert set(found) == {SHARED, LOANS, MARKS, SCORE, GO, API, WATCH}
    assert found.index(LOANS) < found.index(SCORE) < found.index(GO)
    assert found.index(API) < found.index(WATCH)


def test_what_is_decided_upstream_is_seen_downstream() -> None:
    run = next(change for change in plan().changes if change.verb == "run").target
    seen = stage.actual(stage.version(run), results={run: stage.result()})
    assert plan(seen=seen).decisions[SCORE].reason == "Training"
    assert plan().decisions[SCORE].reason == "WaitsForUpstream"


def test_the_same_inputs_give_the_same_plan_in_whatever_order_they_were_read() -> None:
    runs = [change.target for change in plan().changes if change.verb == "run"]
    names = [*runs, OLD, f"{LOANS}/{'d' * 12}", f"{SCORE}/{'b' * 12}", f"{GO}/{'c' * 12}"]
    facts = {LOANS: {"version": OLD}, Address("datasets/x"): {}, Address("pools/y"): {}}
    results = {name: stage.result(accepted=False) for name in names}

    def seen(turn: int) -> Actual:
        things = [thing for name in names for thing in (stage.branch(name), stage.job(name, "succeeded"))]
        return stage.actual(
            *things[::turn], results=dict(list(results.items())[::turn]), facts=dict(list(facts.items())[::turn])
        )

    found, turned = (decide(stage.desired(*EVERYTHING[::turn]), seen(turn), CONTROLLERS) for turn in (1, -1))
    assert len(found.changes) > 3
    assert found.digest == turned.digest
    assert found.changes == turned.changes


def test_a_plan_made_later_of_the_same_world_is_the_same_plan() -> None:
    assert plan(seen=stage.actual(now=stage.ago(days=1))).digest == plan().digest


def test_a_broken_spec_stalls_its_resource_and_nothing_else() -> None:
    """Poison is contained: one bad resource never stops the others."""
    wanted = stage.desired(stage.resource(LOANS), broken={API: (stage.problem("no such field"), stage.problem())})
    found = plan(wanted, stage.actual(facts={API: {"url": "http://api"}}))
    assert (found.decisions[API].phase, found.decisions[API].reason) == (Phase.STALLED, "BadSpec")
    assert "no such field" in found.decisions[API].message
    assert found.decisions[API].message.endswith("(and 1 more)")
    assert found.decisions[API].facts["url"] == "http://api"
    assert len(found.decisions[API].facts["problems"]) == 2
    assert found.decisions[LOANS].changes
    assert found.removed == frozenset()


def test_one_problem_is_told_alone() -> None:
    found = plan(stage.desired(broken={API: (stage.problem("no such field"),)}))
    assert found.decisions[API].message == str(stage.problem("no such field"))


def test_a_broken_spec_is_never_taken_for_deleted() -> None:
    wanted = stage.desired(broken={API: (stage.problem(),)})
    found = plan(wanted, stage.actual(stage.endpoint(), facts={API: {}}))
    assert found.changes == ()
    assert API in found.decisions


def test_what_is_downstream_of_a_broken_spec_waits() -> None:
    wanted = stage.desired(stage.resource(SCORE), broken={LOANS: (stage.problem(),)})
    assert plan(wanted).decisions[SCORE].message == "datasets/loans has errors in its spec"


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_suspended_resource_is_held_and_nothing_is_changed(by_hand: bool) -> None:
    if by_hand:
        seen = stage.actual(controls=control(LOANS, suspended=True, reason="migration"))
        found, why = one(stage.resource(LOANS), seen), "migration"
    else:
        found, why = one(stage.resource(LOANS, suspend=True)), "its spec says suspend: true"
    assert (found.phase, found.reason, found.changes) == (Phase.WAITING, "Suspended", ())
    assert found.message == f"{why}; 1 change is held back"
    assert found.wake is None


def test_a_suspended_resource_still_hands_on_what_it_has() -> None:
    run = one(stage.resource(LOANS)).changes[0].target
    seen = stage.actual(stage.version(run), results={run: stage.result()})
    found = one(stage.resource(LOANS, suspend=True), seen)
    assert found.output is not None
    assert found.message.endswith("nothing to do")


def test_a_resource_that_is_not_suspended_any_more_goes_on() -> None:
    assert one(stage.resource(LOANS), stage.actual(controls=control(LOANS, suspended=False))).changes


def test_what_an_operator_suspended_is_not_taken_away() -> None:
    seen = stage.actual(stage.endpoint(), facts={API: {}}, controls=control(API, suspended=True))
    found = plan(stage.desired(), seen)
    assert (found.decisions[API].reason, found.changes, found.removed) == ("Suspended", (), frozenset())


@pytest.mark.parametrize(
    ("port", "blind"),
    [
        ("data", {LOANS, MARKS, SCORE, GO, API, WATCH}),
        ("pool", {SHARED, LOANS, MARKS, SCORE, GO, API, WATCH}),
        ("serving", {API, WATCH}),
        ("forge", {GO}),
    ],
)
def test_a_failed_read_never_counts_as_absent(port: str, blind: set[Address]) -> None:
    """What needs the port waits and keeps its facts; the others go on."""
    facts = {address: {"told": 1} for address in (LOANS, API, GO)}
    found = plan(seen=stage.actual(unread={port: "it timed out"}, facts=facts))
    waiting = {a: d for a, d in found.decisions.items() if d.reason == "Unavailable"}
    assert waiting.keys() == blind
    assert all(d.phase is Phase.WAITING and not d.changes for d in waiting.values())
    assert all(f"{port}: it timed out" in d.message for d in waiting.values())
    assert all(found.decisions[address].facts == {"told": 1} for address in blind & facts.keys())


def test_nothing_is_deleted_in_a_pass_whose_reads_were_not_all_complete() -> None:
    leftover: list[Any] = [stage.branch(OLD), stage.job(OLD)]
    whole = plan(seen=stage.actual(*leftover))
    part = plan(seen=stage.actual(*leftover, unread={"forge": "503"}))
    assert {"cancel", "drop"} <= {change.verb for change in whole.changes}
    assert {"cancel", "drop"}.isdisjoint(change.verb for change in part.changes)
    assert any(change.verb == "run" for change in part.changes)


def gone(*things: Any, **parts: Any) -> Plan:
    facts = {API: {"promoted": [1]}, **{Address(f"labels/l{n}"): {} for n in range(9)}}
    others = [stage.resource(address) for address in facts if address != API]
    return plan(stage.desired(stage.resource(LOANS), *others), stage.actual(*things, facts=facts, **parts))


def test_what_is_gone_is_taken_away_first_and_then_removed_from_the_inventory() -> None:
    first = gone(stage.endpoint())
    assert [type(change) for change in first.decisions[API].changes] == [DeleteEndpoint]
    assert first.removed == frozenset()
    last = gone()
    assert last.decisions[API].changes == ()
    assert last.removed == {API}


def test_what_is_gone_keeps_its_facts_to_the_end_as_its_spec_may_come_back() -> None:
    assert gone(stage.endpoint()).decisions[API].facts == {"promoted": [1]}


def test_what_could_not_be_read_stays_in_the_inventory() -> None:
    found = gone(unread={"serving": "down"})
    assert (found.removed, found.decisions[API].reason) == (frozenset(), "Unavailable")
    other = gone(unread={"forge": "down"})
    assert (other.removed, other.changes and other.decisions[API].changes) == (frozenset(), ())


def test_above_the_deletion_budget_nothing_is_removed_and_the_plan_says_why() -> None:
    facts: dict[Address, Any] = {Address(f"labels/l{number}"): {} for number in range(10)}
    found = plan(stage.desired(), stage.actual(*(stage.version(f"{name}/1") for name in facts), facts=facts))
    assert {decision.reason for decision in found.decisions.values()} == {"DeletionBudget"}
    assert found.removed == frozenset()
    assert len(found.notes) == 1


def test_a_commit_with_errors_never_deletes() -> None:
    seen = stage.actual(stage.endpoint(), facts={API: {}, LOANS: {}})
    found = plan(stage.desired(broken={LOANS: (stage.problem(),)}), seen)
    assert (found.decisions[API].reason, found.changes) == ("CommitHasErrors", ())


def test_what_is_gone_is_taken_away_downstream_first() -> None:
    facts: Mapping[Address, Any] = {address: {} for address in (SHARED, LOANS, SCORE, API, WATCH)}
    found = plan(stage.desired(deletion={"number": 99, "share": 1}), stage.actual(facts=facts))
    assert list(found.decisions) == [WATCH, API, SCORE, LOANS, SHARED]


def test_a_status_of_no_known_kind_is_left_out() -> None:
    found = plan(stage.desired(), stage.actual(facts={Address("things/odd"): {}}))
    assert found.decisions == {}


def test_what_belongs_to_a_resource_is_grouped_by_its_owner() -> None:
    versions = (stage.version(OLD), stage.version(f"{SCORE}/1"), stage.version(f"{LOANS}/2"))
    branches = (stage.branch(f"{SCORE}/3"), stage.branch(f"{SCORE}/2"))
    view = view_of(stage.desired(), stage.actual(*versions, *branches), {})
    assert {address: len(found) for address, found in view.versions_by_owner.items()} == {LOANS: 2, SCORE: 1}
    assert [branch.run for branch in view.branches_by_owner[SCORE]] == [f"{SCORE}/2", f"{SCORE}/3"]
    assert view.proposals_by_owner == {}


def test_a_plan_is_of_its_commit_and_environment() -> None:
    found = plan(replace(stage.desired(), environment_name="prod"))
    assert (found.commit, found.environment) == (stage.COMMIT, "prod")


def test_a_pool_that_is_configured_needs_nothing() -> None:
    seen = stage.actual(pools={SHARED: Pool()})
    assert one(stage.resource(SHARED), seen).changes == ()
