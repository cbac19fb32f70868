"""Alerts of segments: bounded, beyond threshold and chance, and not of what all rows tell already."""

from typing import Any

from runners.monitor.parameters import Thresholds
from runners.monitor.segments.alerts import MOST, with_alerts
from runners.monitor.segments.told import SegmentPart, SegmentsPart
from runners.monitor.verdict import Alert
from tests.unit.runners.monitor.example import RISK

USUAL = Thresholds(drifted_columns=2, estimated_drop=0.03, realized_drop=0.03, risk_rise=0.03)


def part(name: str = "SEX = 2", **told: Any) -> SegmentPart:
    usual = {"name": name, "rows": 1000, "reference_rows": 900, "reference": 0.9, "realized": 0.8, "realized_drop": 0.1}
    return SegmentPart.model_validate(usual | {"realized_chance": 1e-9} | told)


def alerts(
    *parts: SegmentPart, thresholds: Thresholds = USUAL, whole: tuple[str, ...] = (), drifted: Any = ()
) -> list[str]:
    known = [Alert(what, 1.0, 0.0, "", "warning", "") for what in whole]
    told = SegmentsPart(metric="roc_auc", each=0.001, found=parts)
    return [alert.what for alert in with_alerts(told, thresholds, known, drifted)[1]]


def test_a_drop_alerts_beyond_its_threshold_and_beyond_chance() -> None:
    assert alerts(part()) == ["realised roc_auc fell in SEX = 2"]
    assert alerts(part(realized_drop=0.02)) == []
    assert alerts(part(realized_chance=0.01)) == []
    assert alerts(part(gap="too few rows")) == []
    assert alerts(part(), thresholds=Thresholds()) == []
    estimated = {"realized_drop": None, "estimated": 0.8, "estimated_drop": 0.1, "estimated_chance": 0.0}
    assert alerts(part(**estimated)) == ["estimated roc_auc fell in SEX = 2"]


def test_what_all_rows_tell_isnt_told_of_each_segment_again() -> None:
    assert alerts(part(), whole=("realised roc_auc fell",)) == []
    assert alerts(part(), whole=("estimated roc_auc fell",)) == ["realised roc_auc fell in SEX = 2"]
    moved = part(realized_drop=0.0, drifted=("a", "b"))
    assert alerts(moved) == ["columns drift in SEX = 2"]
    assert alerts(moved, whole=("columns drift",), drifted=["a", "b"]) == []
    assert alerts(moved, whole=("columns drift",), drifted=["a"]) == ["columns drift in SEX = 2"]
    assert alerts(part(realized_drop=0.0, drifted=("a",))) == [], "fewer columns than the spec allows"


def test_risk_alerts_by_its_own_evidence() -> None:
    found = part(realized_drop=0.0, risk=RISK)
    assert alerts(found) == ["risk rose in SEX = 2"]
    assert alerts(found, whole=("risk rose",)) == []
    assert alerts(found, thresholds=Thresholds(risk_rise=None)) == []
    assert alerts(part(realized_drop=0.0, risk=None)) == []


def test_so_many_alerts_at_the_most_and_every_segment_keeps_its_own() -> None:
    parts = [
        part("calm", realized_drop=0.0),
        *(part(f"SEX = {n}") for n in range(MOST + 3)),
        part("few", realized_drop=0.0, gap="too few rows", risk=RISK),
    ]
    told, raised = with_alerts(SegmentsPart(metric="roc_auc", each=0.001, found=tuple(parts)), USUAL, (), ())
    assert len(raised) == MOST
    assert [len(one.alerts) for one in told.found] == [1] * (MOST + 4) + [0], "those that alert come first"
    assert raised[0].severity == "critical"
    assert raised[0].where == "0.9 → 0.8, 1,000 rows"
