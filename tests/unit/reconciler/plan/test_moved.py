"""A rename that is told is no deletion: its runs, memory and endpoint go on; one that isn't is as it always was."""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers import CONTROLLERS
from reconciler.model.change import DeleteEndpoint, StartRun
from reconciler.model.ids import Address
from reconciler.model.observed import Actual, Control, Controls
from reconciler.model.plan import Plan
from reconciler.model.resource import Desired
from reconciler.plan import decide
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import API, LOANS, SCORE

DATA = f"{LOANS}/{'a' * 12}"
NEW, NEWER, FRONT = Address("datasets/credits"), Address("datasets/mortgages"), Address("deployments/front")
PINNED = {"trial": f"{SCORE}/{'1' * 12}", "digest": stage.MODEL}


def plan(wanted: Desired, seen: Actual) -> Plan:
    return decide(wanted, seen, CONTROLLERS)


def made(facts: Mapping[Address, Mapping[str, Any]], controls: Controls | None = None) -> tuple[Actual, str]:
    """Return a world in which the version of `datasets/loans` is made, and its name."""
    (start,) = plan(stage.desired(stage.resource(LOANS)), stage.actual()).changes
    assert isinstance(start, StartRun)
    seen = stage.actual(stage.version(start.run), results={start.run: stage.result()}, facts=facts, controls=controls)
    return seen, start.run


def test_its_runs_are_found_its_former_name_is_no_deletion_and_its_memory_goes_on() -> None:
    due = stage.ago(days=3).isoformat()
    (again,) = plan(stage.desired(stage.resource(LOANS)), stage.actual(facts={LOANS: {"due": due}})).changes
    seen = stage.actual(
        stage.version(again.target), results={again.target: stage.result()}, facts={LOANS: {"due": due}}
    )
    found = plan(stage.desired(stage.resource(NEW, moved_from="loans"), deletion={"number": 0}), seen)
    assert found.changes == ()
    assert set(found.decisions) == {NEW}
    assert found.removed == frozenset()
    assert found.decisions[NEW].facts["run"] == again.target
    assert found.decisions[NEW].facts["due"] == due
    assert found.decisions[NEW].facts["moved_from"] == ["loans"]
    assert found.notes == ("datasets/loans has moved to datasets/credits: what it made keeps its name, and nothing is "
                           "made anew",)  # fmt: skip


def test_a_plan_that_has_seen_it_says_no_more_of_it() -> None:
    seen, _ = made({NEW: {"moved_from": ["loans"]}})
    assert plan(stage.desired(stage.resource(NEW, moved_from="loans")), seen).notes == ()


def test_without_a_word_it_is_a_deletion_and_another_resource() -> None:
    seen, run = made({LOANS: {}})
    found = plan(stage.desired(stage.resource(NEW)), seen)
    assert [change.target for change in found.changes] == [f"{NEW}/{run.rpartition('/')[2]}"]
    assert found.decisions[LOANS].reason == "Removing"
    assert found.notes == ()


def test_what_is_downstream_is_named_as_before() -> None:
    board = stage.resource(SCORE, dataset=LOANS)
    renamed = stage.resource(Address("experiments/rank"), dataset=NEW, moved_from="score")
    seen, _ = made({})
    before, now = (
        [change.target for change in plan(stage.desired(*resources), seen).changes]
        for resources in ((stage.resource(LOANS), board), (stage.resource(NEW, moved_from="loans"), renamed))
    )
    assert before == now
    assert len(now) == 1


def test_one_that_no_longer_says_so_begins_anew_and_what_it_was_is_taken_away() -> None:
    front = stage.resource(FRONT, model=PINNED)
    seen = stage.actual(
        stage.endpoint(stage.revision("r" * 12), traffic={"r" * 12: 100}), facts={FRONT: {"moved_from": ["api"]}}
    )
    found = plan(stage.desired(front), seen)
    (delete,) = found.decisions[API].changes
    assert isinstance(delete, DeleteEndpoint)
    assert delete.deployment == API
    assert found.notes == ("deployments/front no longer says first that it has `moved_from: api`: it begins anew",)
    held = plan(stage.desired(front, deletion={"number": 0}), seen)
    assert held.decisions[API].reason == "DeletionBudget"
    assert held.decisions[API].changes == ()


def test_one_that_leaves_out_the_first_name_of_several_begins_anew_too() -> None:
    seen, _ = made({NEW: {"moved_from": ["loans"]}})
    found = plan(stage.desired(stage.resource(NEWER, moved_from="credits")), seen)
    assert found.notes == ("datasets/mortgages no longer says first that it has `moved_from: loans`: it begins anew",)
    assert found.decisions[NEW].reason == "Removing"


def test_one_whose_spec_is_gone_is_taken_away_by_its_first_name() -> None:
    endpoint = stage.endpoint(stage.revision("r" * 12), traffic={"r" * 12: 100})
    seen = stage.actual(endpoint, facts={FRONT: {"moved_from": ["api"]}})
    found = plan(stage.desired(), seen)
    (delete,) = found.decisions[FRONT].changes
    assert isinstance(delete, DeleteEndpoint)
    assert (delete.address, delete.deployment, delete.target) == (FRONT, API, API)
    assert found.decisions[FRONT].facts["moved_from"] == ["api"]
    stopped = plan(stage.desired(deletion={"number": 0}), seen)
    assert stopped.decisions[FRONT].reason == "DeletionBudget"


def test_one_that_says_so_later_drops_what_it_began_meanwhile() -> None:
    (begun,) = plan(stage.desired(stage.resource(NEW)), stage.actual()).changes
    former, run = made({NEW: {}})
    seen = stage.actual(
        stage.version(run), stage.branch(begun.target), stage.job(begun.target),
        results=former.results, facts={NEW: {"run": begun.target}},
    )  # fmt: skip
    found = plan(stage.desired(stage.resource(NEW, moved_from="loans")), seen)
    assert [(change.verb, change.target) for change in found.changes] == [
        ("cancel", begun.target),
        ("drop", begun.target),
    ]
    assert found.decisions[NEW].facts["run"] == run
    assert found.notes[0].startswith("datasets/credits goes on as datasets/loans")


def test_a_broken_spec_keeps_the_names_that_its_status_tells() -> None:
    seen, run = made({NEW: {"moved_from": ["loans"], "run": "x"}})
    found = plan(stage.desired(broken={NEW: (stage.problem(),)}), seen)
    assert set(found.decisions) == {NEW}
    assert found.decisions[NEW].facts["moved_from"] == ["loans"]
    assert run


def test_what_an_operator_asked_of_it_by_its_former_name_holds() -> None:
    held = Controls({LOANS: Control(suspended=True, reason="migration")})
    seen, _ = made({LOANS: {}}, held)
    moved = stage.desired(stage.resource(NEW, moved_from="loans"))
    assert plan(moved, seen).decisions[NEW].message.startswith("migration")
    resumed, _ = made({LOANS: {}}, Controls({**held.resources, NEW: Control()}))
    assert plan(moved, resumed).decisions[NEW].reason == "Accepted"
