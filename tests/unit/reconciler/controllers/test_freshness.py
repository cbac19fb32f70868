"""Freshness: a model of data that is too old isn't promoted, and what is proposed says so."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.change import JudgeProposal, OpenProposal
from reconciler.model.decision import Decision, Phase
from reconciler.model.reviews import Verdict
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_promotions import BEST, pinned
from tests.unit.reconciler.stage import GO

DATA = stage.data().run


def decide(made: Any, *things: Any, **spec: Any) -> Decision:
    board = [stage.board(BEST)]
    promotion = stage.resource(GO, **{"freshness": "30d", **spec})
    run = stage.started(stage.decide(promotion, stage.actual(), pinned(), upstream=board)).run
    told = stage.result(provenance={"finished_at": made} if made else {})
    compared = stage.result(metrics={"candidate.roc_auc": 0.9}, facts={"bounds": []})
    seen = stage.actual(stage.version(run), *things, results={run: compared, DATA: told})
    return stage.decide(promotion, seen, pinned(), upstream=board)


@pytest.mark.parametrize("days", [0, 29.9])
def test_what_is_made_from_fresh_data_is_proposed(days: float) -> None:
    assert stage.of(decide(stage.ago(days=days).isoformat()), OpenProposal)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (stage.ago(days=31).isoformat(), "its data is of 2025-12-07 12:00 UTC, and at most 30d old is asked for"),
        (None, "nobody knows when its data was made, and at most 30d old is asked for"),
        ("lately", "nobody knows when its data was made, and at most 30d old is asked for"),
    ],
)
def test_what_is_made_from_old_data_or_who_knows_which_is_not(made: Any, why: str) -> None:
    found = decide(made)
    assert (found.phase, found.reason, found.changes) == (Phase.STALLED, "GatesFailed", ())
    assert found.message == f"{BEST.run} isn't promoted: {why}"


def test_what_was_proposed_says_so_as_its_data_grows_old_and_isn_t_merged() -> None:
    (wanted,) = stage.of(decide(stage.NOW.isoformat()), OpenProposal)
    ours = replace(stage.proposal(wanted.name), statuses=())
    (change,) = stage.of(decide(stage.NOW.isoformat(), ours), JudgeProposal)
    assert [(one.context, one.verdict) for one in change.statuses] == [("setpoint/dev/data", Verdict.SUCCESS)]
    old = decide(stage.ago(days=40).isoformat(), ours, approval="auto")
    (change,) = old.changes
    assert isinstance(change, JudgeProposal)
    assert [(one.context, one.verdict) for one in change.statuses] == [("setpoint/dev/data", Verdict.FAILURE)]


def test_without_a_bound_data_may_be_of_any_age() -> None:
    assert stage.of(decide(None, freshness=None), OpenProposal)
