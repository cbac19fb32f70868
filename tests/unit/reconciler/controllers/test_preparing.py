"""Preparations are proposed once, as a spec has them, by what the newest data shows."""

from typing import Any

import pytest
import yaml

from reconciler.model.change import CloseProposal, OpenProposal, StartRun
from reconciler.model.decision import Decision
from reconciler.model.kinds.experiments import Experiment
from reconciler.model.observed import Proposal
from tests.unit.reconciler import stage
from tests.unit.reconciler.stage import LOANS, SCORE

NEEDED = {
    "opened": [{"datetime": {}}],
    "note": [{"text": {}}],
    "late": [{"drop": True}],
    "amount": [{"scale": "robust"}],
}
REASONS = [{"name": "scale", "columns": ["amount", "<b>"], "reason": "far from `mean` 0"}]


def decide(told: Any = NEEDED, proposals: tuple[Proposal, ...] = (), **spec: Any) -> Decision:
    data = stage.data()
    facts = {"proposed_preparations": told, "preparations": REASONS}
    seen = stage.actual(*proposals, results={data.run: {"facts": facts}})
    return stage.decide(stage.resource(SCORE, **spec), seen, upstream=[stage.upstream(LOANS, data)])


def test_what_the_data_shows_is_proposed_as_a_spec_can_hold_it() -> None:
    (found,) = stage.of(decide(preparations="proposed", target="late", exclude=["note"]), OpenProposal)
    assert found.edits == {"preparations": {"opened": [{"datetime": {}}], "amount": [{"scale": "robust"}]}}
    assert "- `scale` `amount`, `<b>`: `` far from `mean` 0 ``" in found.body
    edited = {
        **stage.resource(SCORE).spec.model_dump(mode="json", exclude_none=True),
        **yaml.safe_load(yaml.safe_dump(dict(found.edits))),
    }
    spec = Experiment.model_validate(edited)
    assert spec.train_params["preparations"] == found.edits["preparations"]


def test_meanwhile_trials_are_what_they_were() -> None:
    plain, asked = decide(), decide(preparations="proposed")
    assert [run.run for run in stage.of(asked, StartRun)] == [run.run for run in stage.of(plain, StartRun)]
    assert not stage.of(plain, OpenProposal), "nobody asked"


def test_it_is_proposed_once_and_closed_when_it_is_not_asked_for_any_more() -> None:
    (found,) = stage.of(decide(preparations="proposed"), OpenProposal)
    there = stage.proposal(found.name)
    again = decide(preparations="proposed", proposals=(there,))
    assert not stage.of(again, OpenProposal)
    assert not stage.of(again, CloseProposal)
    assert "its preparations wait for a review" in again.message
    assert again.facts["proposed"] == [found.name]
    assert stage.of(decide(proposals=(there,)), CloseProposal)


@pytest.mark.parametrize("told", [None, {}, [], "x", {"a": [{"run": "rm"}]}, {"a": [{"drop": True}, {"log": True}]}])
def test_what_no_spec_can_hold_is_not_proposed(told: Any) -> None:
    assert not stage.of(decide(told, preparations="proposed"), OpenProposal)
