"""What was found of a candidate: what fails is told in order, and each gate has its status and its line."""

from dataclasses import replace
from typing import Any

from reconciler.model.change import JudgeProposal, OpenProposal
from reconciler.model.decision import Decision
from reconciler.model.kinds.replay import Replay
from reconciler.model.reviews import Verdict
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.replaying import RECENT, judged, share, told

DIFFERS = told(figures={"differing": share(0.5, 0.6), "refused": share(0.0)})
FEW = told(rows=3, figures={})


def test_what_fails_on_test_rows_is_told_before_anything_of_recent_ones() -> None:
    gate = {"metric": "roc_auc", "worse_than_live": 0.0, "confidence": 0.95}
    for result in (DIFFERS, FEW):
        found = judged(result, gates=[gate])
        assert found.reason == "LiveIsBetter"
        assert "recent" not in found.message


def test_a_share_that_is_too_large_needs_a_person_and_a_worse_metric_does_not() -> None:
    worse = {"candidate.roc_auc": 0.1, "live.roc_auc": 0.85}
    assert judged(told(worse), gates=[RECENT]).reason == "LiveIsBetter"
    both = told(worse, figures={"differing": share(0.5, 0.6), "refused": share(0.0)})
    assert judged(both, gates=[RECENT]).reason == "GatesFailed"


def test_a_proposal_has_a_status_for_each_gate_on_recent_rows() -> None:
    (proposal,) = stage.of(judged(told(), gates=[RECENT]), OpenProposal)
    known = stage.proposal(proposal.name)
    found = with_statuses(proposal, known)
    (change,) = stage.of(found, JudgeProposal)
    verdicts = {one.context: one.verdict for one in change.statuses}
    assert verdicts == dict.fromkeys(
        (
            "setpoint/dev/differing",
            "setpoint/dev/refused",
            "setpoint/dev/roc_auc against live on recent rows",
        ),
        Verdict.SUCCESS,
    )


def with_statuses(proposal: OpenProposal, known: Any) -> Decision:
    first = judged(told(), gates=[RECENT])
    facts = {**first.facts, "proposed": [proposal.name]}
    return judged(told(), replace(known, statuses=()), facts=facts, gates=[RECENT])


def test_without_a_live_model_gates_on_recent_rows_are_told_as_not_held() -> None:
    board = stage.board(stage.trial("1", roc_auc=0.9))
    thing = stage.resource(stage.GO, replay=Replay(), gates=[RECENT])
    api = stage.resource(stage.API)
    run = stage.started(stage.decide(thing, stage.actual(), api, upstream=[board])).run
    seen = stage.actual(stage.version(run), results={run: stage.result(metrics={"candidate.roc_auc": 0.9})})
    (proposal,) = stage.of(stage.decide(thing, seen, api, upstream=[board]), OpenProposal)
    assert "no live model to compare with | not held |" in proposal.body
    assert "On recent requests" not in proposal.body


def test_what_tells_all_of_a_replay_stands_beside_the_status_whatever_came_of_it() -> None:
    for result in (told(), DIFFERS):
        found = judged({**result, "files": {"replay.json": "sha256:1"}})
        run = found.facts["replayed"]["run"]
        assert found.files == {f"reports/{run}/replay.json": (run, "replay.json")}
        assert judged(result).files == {}
