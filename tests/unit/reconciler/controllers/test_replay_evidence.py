"""What a reviewer reads of recent requests, and what a job can't make of that page."""

from typing import Any

import pytest

from reconciler.controllers.promotion_case import case_of
from reconciler.controllers.replay import Look, look_at
from reconciler.controllers.replay_evidence import replay_section
from reconciler.model.change import OpenProposal
from reconciler.model.kinds.promotions import Promotion
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.replaying import BEST, LIVE, RECENT, REPLAY, judged, share, told
from tests.unit.reconciler.stage import API, GO, MODEL

MEAN = {"value": -0.02, "low": -0.03, "high": -0.01, "count": 1000}
WHOLE = told(
    scores=[{"class": 1, "mean": MEAN}],
    times={"candidate": {"p50": share(0.2, 0.3, 300)}, "live": {"p50": share(0.1, 0.2, 300)}},
    refused=[{"kind": "age: a missing value where FP32 is taken", "rows": 7}],
    classes=[{"class": 0, "differing": share(0.1, count=400), "becomes": [[1, 40]]}],
    where=[{"what": "SEX = 1", "differing": share(0.3, count=120)}],
    repeated={"value": 0.99},
    unread=3,
    outcomes={
        "rows": 1000,
        "notes": ["Some identifiers are unknown."],
        "intervals": {"roc_auc": {"value": 0.05, "low": 0.02, "high": 0.08}},
        "mcnemar": {"candidate_alone": 30, "live_alone": 10, "p": 0.002},
    },
)


def look(**upstream: Any) -> Look:
    thing = stage.resource(GO, replay=REPLAY)
    api = stage.resource(API, model={"trial": LIVE.trial, "digest": MODEL})
    seen = stage.view(
        stage.desired(thing, api),
        stage.actual(stage.version(LIVE.trial)),
        [stage.upstream(API, upstream.get("live", LIVE))],
    )
    assert isinstance(thing.spec, Promotion)
    found = look_at(case_of(thing, thing.spec, api, seen), BEST.run)
    assert found is not None
    return found


def test_each_figure_is_told_with_its_interval_and_of_how_many() -> None:
    text = replay_section(look(), WHOLE)
    assert "1,000 rows, drawn of 5,000," in text
    assert f"`{LIVE.trial}` was asked from 2025-12-31 12:00 to 2026-01-07 12:00 UTC" in text
    assert "| figure | value | one-sided bounds, each with a confidence of 0.95 | of |" in text
    assert "| share of answers that differ | 0.1 | 0.1 to 0.12 | 1000 |" in text
    assert "| shift of the probability of 1 | -0.02 | -0.03 to -0.01 | 1000 |" in text
    assert "| p50 of an answer in ms, candidate | 0.2 | 0.2 to 0.3 | 300 |" in text
    assert "- refuses 7 rows: age: a missing value where FP32 is taken" in text
    assert "- of 400 answers 0, 40 become 1" in text
    assert "- where SEX = 1, 30.0 % of 120 differ" in text
    assert "- the live model itself repeats 99.0 % of its logged answers in the job" in text
    assert "3 rows can't be replayed as logged." in text


def test_both_models_stand_beside_each_other_where_outcomes_are_known() -> None:
    text = replay_section(look(), WHOLE)
    assert "Outcomes are known of 1,000 rows. Some identifiers are unknown." in text
    assert "95 % interval, two-sided, paired" in text, "beside one-sided bounds it is told that this one isn't"
    assert "| roc_auc | 0.85 | 0.9 | +0.0500 | 0.02 to 0.08 |" in text
    assert "The candidate alone is right on 30, the live model alone on 10 (McNemar's test: p = 0.002)." in text


def test_what_was_not_looked_at_is_said() -> None:
    few = replay_section(look(), told(rows=3, logged=3, outcomes={"rows": 0, "notes": ["No monitor knows."]}))
    assert "**Nothing that a gate asks is known of them:** 3 of 100 rows were logged since" in few
    assert "No outcome of these rows is known. No monitor knows." in few
    hidden = replay_section(look(), told(rows=0, figures={}, obstacle="the payload log leaves out age"))
    assert "known of them:** the payload log leaves out age." in hidden
    assert "| figure |" not in hidden
    assert "No model answers now." in replay_section(look(live=None), {})


@pytest.mark.parametrize(
    "facts",
    [
        {"figures": 3, "scores": "all", "times": [], "refused": 3, "classes": [3], "where": [{}], "outcomes": "x"},
        {"scores": [{"mean": {"value": "<b>"}}, {"mean": 3}], "numbers": {"mean": {"value": float("nan")}}},
        {"times": {"candidate": 3}, "classes": [{"becomes": [1, [2], [1, 2, 3]], "differing": 3}]},
        {"where": [{"what": "x", "differing": {"value": "y"}}], "repeated": {"value": "all"}},
        {"outcomes": {"rows": 9, "notes": 3, "intervals": 3, "mcnemar": {"p": "x"}}},
        {"outcomes": {"rows": 9, "intervals": {"roc_auc": {"low": "a"}}, "mcnemar": 3}},
    ],
)
def test_what_a_job_can_not_have_measured_is_left_out(facts: dict[str, Any]) -> None:
    assert replay_section(look(), told(**facts)).startswith("## On recent requests")


def test_what_others_wrote_is_inert() -> None:
    evil = "<img src=x>\n# head | a"
    text = replay_section(
        look(),
        told(
            {evil: 1.0, f"candidate.{evil}": 1.0, f"live.{evil}": 1.0},
            refused=[{"kind": evil, "rows": 1}],
            classes=[{"class": evil, "becomes": [[evil, 1]], "differing": share(0.1)}],
            where=[{"what": evil, "differing": share(0.1)}],
            scores=[{"class": evil, "mean": MEAN}],
            outcomes={"rows": 1000, "notes": [evil]},
        ),
    )
    assert "<img" not in text
    assert "\n# head" not in text
    assert "[img" not in text


def test_rows_that_a_model_was_trained_on_are_told_as_left_out() -> None:
    outcomes = {"rows": 700, "seen": {"candidate": 250, "live": 0}}
    (proposal,) = stage.of(judged(told(outcomes=outcomes), gates=[RECENT]), OpenProposal)
    assert (
        "Outcomes are known of 700 rows, without 250 that the candidate model was trained or chosen on."
        in proposal.body
    )
    few = judged(told(outcomes={**outcomes, "rows": 50}), gates=[RECENT])
    assert "outcomes are known of 50 of 1,000 replayed rows that neither model was trained on" in few.message
    assert judged(told(outcomes={"rows": 700, "seen": [1]}), gates=[RECENT]).reason == "WaitsForReview"
