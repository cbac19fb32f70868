"""The verdict: every threshold alerts just beyond it, is silent at it, and is silent when unset."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from runners.monitor.chance import Rate
from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.drift import Drift
from runners.monitor.findings import Findings
from runners.monitor.outliers import Distance, Outliers
from runners.monitor.parameters import Thresholds
from runners.monitor.performance import Performance
from runners.monitor.quality import Quality
from runners.monitor.verdict import alerts_of

SILENT = Thresholds()
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


DRIFTING = replace(QUIET, drift={column.name: Drift(series(0.3, 0.3), 0.3, 0.2) for column in COLUMNS})
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
        with_quality(excess=0.2, unseen=("x", "y")),
        Thresholds(unseen_share=0.1),
        Thresholds(unseen_share=0.2),
    ),
    "outliers": (
        replace(QUIET, outliers=Outliers(0.2, 0.5, ())),
        Thresholds(outlier_share=0.1),
        Thresholds(outlier_share=0.2),
    ),
    "distance from the reference": (
        replace(QUIET, distance=Distance(0.7)),
        Thresholds(distance=0.65),
        Thresholds(distance=0.7),
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
    (alert,) = alerts_of(found, strict)
    assert alert.what == what
    assert alert.where
    assert alert.fix
    assert not alerts_of(found, loose)
    assert not alerts_of(found, SILENT)


def test_nothing_alerts_by_the_reconstruction_error() -> None:
    thresholds = Thresholds(drifted_columns=1, distance=0.5, missing_share=0.0, unseen_share=0.0, outlier_share=0.0)
    assert not alerts_of(replace(QUIET, reconstruction=series(3.0, 3.0, lower=1.0, upper=2.0)), thresholds)


@pytest.mark.parametrize(
    "found",
    [
        with_quality(missing=0.5, missing_chance=0.001),
        with_quality(excess=0.5, excess_chance=0.001),
        replace(QUIET, outliers=Outliers(0.2, 0.5, (), 0.001)),
        replace(QUIET, distance=Distance(0.9, 0.001)),
    ],
)
def test_what_chance_explains_is_no_alert_where_many_figures_share_the_rate(found: Findings) -> None:
    thresholds = Thresholds(missing_share=0.1, unseen_share=0.1, outlier_share=0.1, distance=0.6)
    assert alerts_of(replace(found, rate=Rate(0.01, 9)), thresholds)
    assert not alerts_of(replace(found, rate=Rate(0.01, 11)), thresholds)


def test_a_drop_that_chance_explains_is_no_alert() -> None:
    unsure = with_performance("roc_auc", series(0.85, 0.85, error=0.05), None)
    assert not alerts_of(unsure, SILENT.model_copy(update={"estimated_drop": 0.01}))


def test_a_small_reference_is_as_unsure_as_a_small_window() -> None:
    (known,) = with_performance("roc_auc", series(0.87, 0.87, error=0.01), None).performance
    thresholds = SILENT.model_copy(update={"estimated_drop": 0.01})
    assert alerts_of(replace(QUIET, performance=[replace(known, reference_rows=1_000_000)]), thresholds)
    assert not alerts_of(replace(QUIET, performance=[replace(known, reference_rows=50)]), thresholds)


def test_an_alert_twice_its_threshold_is_critical_and_comes_first() -> None:
    found = replace(with_performance("roc_auc", series(0.85, 0.85), series(0.7, 0.7)), service={"error_rate": 0.011})
    thresholds = Thresholds(estimated_drop=0.03, realized_drop=0.03, error_rate=0.01)
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
