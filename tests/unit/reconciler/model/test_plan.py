"""The plan: one sorted, immutable, printable value with a digest."""

from typing import Any

from reconciler.model.change import Change, DropRun, Route
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.plan import Plan
from tests.unit.reconciler.stage import API, COMMIT, LOANS, NOW, SCORE, ago

DROP = DropRun(address=LOANS, run=RunName(f"{LOANS}/1"))
ROUTE = Route(address=API, traffic={Digest("a"): 40, Digest("b"): 60})


def decision(address: Address, *changes: Change, **parts: Any) -> Decision:
    return Decision(address=address, reason="Why", message="", changes=changes, **{"phase": Phase.READY, **parts})


def plan(*decisions: Decision) -> Plan:
    return Plan(COMMIT, "dev", {d.address: d for d in decisions})


def test_changes_are_in_the_order_in_which_they_are_applied() -> None:
    assert plan(decision(LOANS, DROP), decision(SCORE), decision(API, ROUTE, DROP)).changes == (DROP, ROUTE, DROP)


def test_two_plans_that_would_do_the_same_are_equal_by_their_digests() -> None:
    same = Route(address=API, traffic={Digest("b"): 60, Digest("a"): 40})
    assert plan(decision(API, ROUTE)).digest == plan(decision(API, same, wake=NOW)).digest
    assert plan(decision(API, ROUTE)).digest != plan(decision(API, ROUTE, DROP)).digest
    assert plan().digest == plan(decision(LOANS)).digest


def test_it_wakes_at_the_first_moment() -> None:
    assert plan(decision(LOANS, wake=NOW), decision(API, wake=ago(hours=1)), decision(SCORE)).wake == ago(hours=1)
    assert plan(decision(LOANS)).wake is None


def test_decisions_are_found_by_how_they_stand() -> None:
    found = plan(decision(LOANS), decision(API, phase=Phase.STALLED))
    assert [d.address for d in found.phase(Phase.STALLED)] == [API]
