"""The verdict: every threshold alerts just beyond it, is silent at it, and is silent when unset."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.findings import Findings
from runners.monitor.outliers import Outliers
from runners.monitor.parameters import Thresholds
from runners.monitor.performance import Performance
from runners.monitor.quality import Quality
from runners.monitor.verdict import alerts_of

SILENT = Thresholds(multivariate=False)
COLUMNS = [Column(name, "category") for name in "abcdefg"]
QUIET = Findings(COLUMNS, {}, {column.name: Quality(0.0, 0.0) for column in COLUMNS})


def series(*now: float | None, error: float = 0.001, **limits: float) -> Series:
    return Series((0.9, 0.9), now, limits.get("lower"), limits.get("upper"), (error,) * len(now))


def with_performance(metric: str, estimated: Series | None, realized: Series | None) -> Findings:
    return replace(QUIET, performance=[Performance(metric, estimated, realized, ((100, 100), (100, 50)))])


def with_quality(**told: Any) -> Findings:
    return replace(QUIET, quality={**QUIET.quality, "b": Quality(**{"missing": 0.0, "missing_reference": 0.0} | told)})


def with_service(**told: Any) -> Findings:
    return replace(QUIET, service=told)


DRIFTING = replace(QUIET, drift={column.name: Series((0.1,), (0.3, 0.3), upper=0.2) for column in COLUMNS})
CASES: Mapping[str, tuple[Findings, Thresholds, Thresholds]] = {
    "columns drift": (DRIFTING, Thresholds(drifted_columns=7), Thresholds(drifted_columns=8)),
    "estimated roc_auc fell": (
        with_performance("roc_auc", series(0.85, 0.85), None),
        Thresholds(estimated_drop=0.04),
        Thresholds(estimated_drop=0.06),
    ),
    "realised roc_auc fell": (
        with_performance("roc_auc", None, series(0.85, 0.85)),
        Thresholds(realized_drop=0.04),
        Thresholds(realized_drop=0.06),
    ),
    "realised rmse grew": (
        with_performance("rmse", None, series(1.0, 1.0)),
        Thresholds(realized_drop=0.1),
        Thresholds(realized_drop=0.2),
    ),
    "missing values": (
        with_quality(missing=0.5, missing_reference=0.3),
        Thresholds(missing_share=0.1),
        Thresholds(missing_share=0.3),
    ),
    "unseen categories": (
        with_quality(unseen_share=0.2, unseen=("x", "y")),
        Thresholds(unseen_share=0.1),
        Thresholds(unseen_share=0.2),
    ),
    "outliers": (
        replace(QUIET, outliers=Outliers(0.2, 0.5, ())),
        Thresholds(outlier_share=0.1),
        Thresholds(outlier_share=0.2),
    ),
    "error rate": (
        with_service(error_rate=0.02, errors=2, requests=100),
        Thresholds(error_rate=0.01),
        Thresholds(error_rate=0.02),
    ),
    "p99 latency in ms": (with_service(p99_ms=120.0), Thresholds(p99_ms=100.0), Thresholds(p99_ms=120.0)),
}


@pytest.mark.parametrize("what", CASES)
def test_a_figure_beyond_its_threshold_alerts(what: str) -> None:
    found, strict, loose = CASES[what]
    (alert,) = alerts_of(found, strict.model_copy(update={"multivariate": False}))
    assert alert.what == what
    assert alert.where
    assert alert.fix
    assert not alerts_of(found, loose.model_copy(update={"multivariate": False}))
    assert not alerts_of(found, SILENT)


def test_the_reconstruction_error_alerts_on_either_side() -> None:
    above = replace(QUIET, reconstruction=series(3.0, 3.0, lower=1.0, upper=2.0))
    below = replace(QUIET, reconstruction=series(0.5, 0.5, lower=1.0, upper=2.0))
    assert [a[:4] for a in alerts_of(above, Thresholds())] == [
        ("reconstruction error", 3.0, 2.0, "all columns, above its limits")
    ]
    assert [a[:4] for a in alerts_of(below, Thresholds())] == [
        ("reconstruction error", 0.5, 1.0, "all columns, below its limits")
    ]
    assert not alerts_of(above, SILENT)


def test_a_drop_that_chance_explains_is_no_alert() -> None:
    unsure = with_performance("roc_auc", series(0.85, 0.85, error=0.05), None)
    assert not alerts_of(unsure, SILENT.model_copy(update={"estimated_drop": 0.01}))


def test_an_alert_twice_its_threshold_is_critical_and_comes_first() -> None:
    found = replace(with_performance("roc_auc", series(0.85, 0.85), series(0.7, 0.7)), service={"error_rate": 0.011})
    thresholds = Thresholds(multivariate=False, estimated_drop=0.03, realized_drop=0.03, error_rate=0.01)
    told = [(alert.what, alert.severity) for alert in alerts_of(found, thresholds)]
    assert told == [
        ("realised roc_auc fell", "critical"),
        ("estimated roc_auc fell", "warning"),
        ("error rate", "warning"),
    ]


def test_many_columns_are_named_shortly() -> None:
    (alert,) = alerts_of(DRIFTING, Thresholds(drifted_columns=3))
    assert (alert.where, alert.severity) == ("a, b, c, d, e and 2 more", "critical")


def test_an_alert_is_json() -> None:
    (alert,) = alerts_of(with_service(p99_ms=120.0), Thresholds(p99_ms=100.0))
    assert set(alert.document()) == {"what", "value", "threshold", "where", "severity", "fix"}
