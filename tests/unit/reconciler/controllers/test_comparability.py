"""Comparability: a gate against the live model waits where both can't be judged on rows that neither has seen."""

from typing import Any

import pytest

from reconciler.controllers.comparability import incomparable, rows_section
from reconciler.model.change import OpenProposal
from reconciler.model.decision import Decision, Phase
from tests.unit.reconciler import stage
from tests.unit.reconciler.controllers.test_promotions import BEATS_LIVE, LIVE, decide

WHY = "the live model was trained or chosen on 300 of the candidate's 376 test rows"
ALONE = {"candidate.roc_auc": 0.9}


def judged(metrics: dict[str, float], gates: dict[str, Any], **facts: Any) -> Decision:
    """Decide once the comparison with the live model has told this."""
    live = stage.version(LIVE)
    run = stage.started(decide(stage.actual(live), live=LIVE, **gates)).run
    result = stage.result(metrics=metrics, facts={"rows": 376, **facts})
    return decide(stage.actual(live, stage.version(run), results={run: result}), live=LIVE, **gates)


def test_a_gate_against_the_live_model_waits_for_a_person() -> None:
    found = judged(ALONE, BEATS_LIVE, obstacle=WHY)
    assert (found.phase, found.reason) == (Phase.STALLED, "NotComparable")
    assert WHY in found.message
    assert f"setpoint promote {stage.trial_name('1')} {stage.API}" in found.message
    assert not stage.of(found, OpenProposal)


def test_a_live_model_that_is_gone_from_the_data_store_passes_no_gate() -> None:
    run = stage.started(decide(stage.actual(), live=LIVE, **BEATS_LIVE)).run
    seen = stage.actual(stage.version(run), results={run: stage.result(metrics=ALONE)})
    found = decide(seen, live=LIVE, **BEATS_LIVE)
    assert (found.phase, found.reason) == (Phase.STALLED, "NotComparable")
    assert f"can't be held against {LIVE}: the data store has it no more" in found.message
    assert not stage.of(found, OpenProposal)
    assert stage.of(decide(seen, live=LIVE), OpenProposal)


def test_without_such_a_gate_it_is_proposed_and_the_evidence_says_that_nothing_was_compared() -> None:
    (proposal,) = stage.of(judged(ALONE, {}, obstacle=WHY), OpenProposal)
    assert f"> **Not compared with the live model**: {WHY}." in proposal.body
    assert "## Metrics on 376 test rows" in proposal.body


def test_which_rows_were_compared_is_told() -> None:
    both = {"candidate.roc_auc": 0.9, "live.roc_auc": 0.85}
    told = {"tested": 476, "seen": 100, "by": ["id"]}
    (proposal,) = stage.of(judged(both, BEATS_LIVE, judged=told, live={}), OpenProposal)
    assert "of the candidate's 476 test rows 100, told by `id`, are left out" in proposal.body


def test_a_figure_that_the_comparison_misses_fails_its_gate() -> None:
    both = {"candidate.accuracy": 0.9, "live.accuracy": 0.85}
    found = judged(both, BEATS_LIVE, judged={"tested": 376, "seen": 0, "by": ["id"]}, live={"metrics": {}})
    assert found.reason == "LiveIsBetter"
    assert "tells no such figure of the live model" in found.message


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ""),
        ({"judged": []}, ""),
        ({"judged": {"tested": 10, "seen": 0}}, "Neither model was trained or chosen on any of these rows."),
        (
            {"judged": {"tested": "x", "seen": True, "by": 7}},
            "Neither model was trained or chosen on any of these rows.",
        ),
        ({"judged": {"tested": 10, "seen": 3, "by": {"a": 1}}}, "test rows 3 are left out"),
        ({"judged": {"rule": True}}, "dealt out by the same rule"),
        ({"obstacle": "<b>\x1b[2J"}, "&lt;b"),
    ],
)
def test_what_a_job_tells_is_bounded_and_escaped(facts: dict[str, Any], told: str) -> None:
    section = rows_section({"facts": facts})
    assert told in section
    assert "\x1b" not in section


def test_an_obstacle_is_no_longer_than_a_line() -> None:
    assert len(incomparable({"facts": {"obstacle": "x" * 5000}})) <= 301
    assert incomparable({}) == incomparable({"facts": []}) == ""
