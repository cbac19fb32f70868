"""The daemon is told little, and only finite numbers."""

import json
from dataclasses import replace

from runners.contract import Result
from runners.monitor.header import Occasion, too_few, with_history
from runners.monitor.parameters import Parameters
from runners.monitor.payloads import Log
from runners.monitor.segments.told import SegmentPart, SegmentsPart
from runners.monitor.summary import SEGMENTS, facts_of, metrics_of
from tests.unit.runners.monitor.example import FOUND, RISK, RUN, WINDOW, bare, document

NOTHING = with_history(too_few(Occasion(RUN, WINDOW, Parameters(), Log())))


def test_facts_are_what_a_status_page_shows() -> None:
    told = facts_of(document())
    assert (told["verdict"], told["rows"], told["window"]) == ("alert", 6, WINDOW)
    assert told["columns_drifted"] == ["kind|of"]
    assert (told["reference"], told["estimated"], told["realized"]) == (
        {"roc_auc": 0.9},
        {"roc_auc": 0.886667},
        {"roc_auc": 0.8},
    )
    assert set(told["alerts"][0]) == {"what", "value", "threshold", "where", "severity"}
    assert "counters" not in told["service"]
    assert len(json.dumps(told)) < 4000


def test_metrics_are_flat() -> None:
    told = metrics_of(document())
    assert told["realized_roc_auc"] == 0.8
    assert (told["drifted_columns"], told["missing_share"], told["outlier_share"]) == (1.0, 1.0, 0.02)
    assert (told["p99_ms"], told["rate"], told["rows"]) == (21.0, 20.0, 6.0)


def test_what_is_unknown_is_left_out() -> None:
    assert metrics_of(bare()) == {"rows": 6.0, "drifted_columns": 0.0}
    assert metrics_of(NOTHING) == {"rows": 0.0}
    assert facts_of(NOTHING)["verdict"] == "not_enough_data"


def test_they_make_a_result() -> None:
    for report in (document(), bare(), NOTHING):
        assert Result(metrics=metrics_of(report), facts=facts_of(report)).accepted


def test_the_risk_over_all_reports_is_told_or_why_nobody_looked() -> None:
    assert facts_of(document(found=replace(FOUND, risk_gap="no outcomes")))["risk"] == {"not_looked": "no outcomes"}
    told = facts_of(document(found=replace(FOUND, risk=RISK)))["risk"]
    assert (told["rows"], told["since"], told["realized"]) == (1200, 812, 0.31)
    assert told["evidence"] > told["needed"]
    assert "not_looked" not in told


def test_the_worst_segments_are_told_without_their_states() -> None:
    found = [SegmentPart(name=f"a = {n}", rows=9, realized=0.5, risk=RISK, nats=3.0) for n in range(SEGMENTS + 3)]
    told = SegmentsPart(metric="f1", found=tuple(found))
    facts = facts_of(document().model_copy(update={"segments": told}))["segments"]
    assert (facts["metric"], facts["count"], len(facts["found"])) == ("f1", SEGMENTS + 3, SEGMENTS)
    assert facts["found"][0] == {"name": "a = 0", "rows": 9, "realized": 0.5}
    assert "segments" not in facts_of(document())
