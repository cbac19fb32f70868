"""Gates as commit statuses: each with its figures, given once, and given again when they change."""

from dataclasses import replace
from typing import Any

from reconciler.controllers.gate_statuses import others
from reconciler.model.change import JudgeProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.observed import Proposal
from reconciler.model.reviews import LONGEST_DESCRIPTION, CommitStatus, Verdict
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers import test_promotion_route as route
from tests.unit.reconciler.controllers.test_promotions import LIVE, compared, proposed

GATES: dict[str, Any] = {
    "gates": [{"metric": "roc_auc", "minimum": 0.8}, {"metric": "roc_auc", "worse_than_live": 0.01}]
}


def on_a_forge(name: str, *statuses: CommitStatus) -> Proposal:
    return replace(stage.proposal(name), statuses=statuses)


def judged(decision: Decision) -> dict[str, CommitStatus]:
    changes = stage.of(decision, JudgeProposal)
    return {one.context: one for change in changes for one in change.statuses}


def test_each_gate_is_a_status_of_the_head_with_its_figures() -> None:
    ours = on_a_forge(proposed(live=LIVE, **GATES).name)
    found = compared(ours, live=LIVE, **GATES)
    told = judged(found)
    assert set(told) == {"setpoint/dev/roc_auc", "setpoint/dev/roc_auc against live"}
    assert told["setpoint/dev/roc_auc"].verdict is Verdict.SUCCESS
    assert told["setpoint/dev/roc_auc"].description == "roc_auc is 0.9000, at least 0.8"
    assert "at most 0.01 worse than the live model's 0.8500" in told["setpoint/dev/roc_auc against live"].description
    (change,) = stage.of(found, JudgeProposal)
    assert change.head == ours.commit


def test_what_the_head_bears_already_is_not_given_again() -> None:
    ours = on_a_forge(proposed(**GATES).name)
    given = tuple(judged(compared(ours, **GATES)).values())
    other = CommitStatus("security/scan", Verdict.SUCCESS)
    assert judged(compared(replace(ours, statuses=(*given, other)), **GATES)) == {}
    changed = tuple(replace(one, verdict=Verdict.FAILURE) for one in given)
    assert set(judged(compared(replace(ours, statuses=changed), **GATES))) == {one.context for one in given}


def test_two_gates_on_one_metric_are_two_statuses() -> None:
    gates = {"gates": [{"metric": "roc_auc", "minimum": 0.8}, {"metric": "roc_auc", "maximum": 0.99}]}
    told = judged(compared(on_a_forge(proposed(**gates).name), **gates))
    assert set(told) == {"setpoint/dev/roc_auc", "setpoint/dev/roc_auc (2)"}


def test_a_forge_without_statuses_is_given_none() -> None:
    assert judged(compared(stage.proposal(proposed(**GATES).name), **GATES)) == {}


def test_a_line_is_no_longer_than_a_forge_takes() -> None:
    assert len(CommitStatus("a", Verdict.SUCCESS, "x" * 1000).fitted().description) == LONGEST_DESCRIPTION


def test_what_is_proposed_is_doubted_when_the_environments_before_do_not_vouch_for_it_any_more() -> None:
    elsewhere, spec = route.both(route.serving()), {"soak": {"quiet": "24h"}}
    open_ = on_a_forge(f"{stage.GO}/0123456789ab")
    versions = (stage.version(route.NEW), open_)
    found = route.decide(elsewhere, *versions, **spec)
    assert found.reason == "Soaking"
    assert judged(found)["setpoint/prod/soak"].verdict is Verdict.PENDING
    moving = route.decide(route.both(route.serving(state="reconciling")), *versions, **spec)
    assert judged(moving)["setpoint/prod/soak"].description.startswith("eu is moving")


def test_checks_of_others_are_waited_for_and_their_failure_is_told() -> None:
    name = proposed(approval="auto", checks=["scan", "lint"]).name
    spec: dict[str, Any] = {"approval": "auto", "checks": ["scan", "lint"]}

    def at(*statuses: CommitStatus) -> Decision:
        return compared(on_a_forge(name, *statuses), **spec)

    done, pending = CommitStatus("scan", Verdict.SUCCESS), CommitStatus("lint", Verdict.PENDING)
    found = at(done, pending)
    assert (found.phase, found.reason) == (Phase.WAITING, "WaitsForChecks")
    assert found.message.endswith("waits for lint")
    assert not [change for change in found.changes if change.verb == "merge"]
    lost = at(done, CommitStatus("lint", Verdict.FAILURE, "3 errors"))
    assert (lost.phase, lost.reason) == (Phase.STALLED, "CheckFailed")
    assert lost.message.endswith("isn't merged: lint: 3 errors")
    assert at(done, CommitStatus("lint", Verdict.SUCCESS)).reason == "Merging"
    without = compared(stage.proposal(name), **spec)
    assert without.message.endswith("waits for scan, lint; its forge has no commit statuses")


def test_an_error_is_no_success() -> None:
    seen = on_a_forge("a/b/c", CommitStatus("scan", Verdict.ERROR))
    assert others(seen, ["scan"]) == ([], ["scan: error"])
