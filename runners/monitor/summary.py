"""What the daemon is told of a report: facts for the status, and figures that can be compared between reports."""

from collections.abc import Iterator
from typing import Any

from runners.monitor.causes.told import CausePart
from runners.monitor.report import Report
from runners.monitor.segments.told import SegmentsPart

SEGMENTS = 12
"""Segments that a status is told of."""


def facts_of(report: Report) -> dict[str, Any]:
    """Return the facts of a report, small enough for a status page."""
    return {
        "verdict": report.verdict,
        "trial": report.trial,
        "alerts": [alert.model_dump(exclude={"fix"}) for alert in report.alerts],
        "causes": [_cause(one) for one in report.causes],
        "unwatched": list(report.unwatched),
        **({"segments": _segments(report.segments)} if report.segments else {}),
        "rows": report.rows.logged,
        "window": report.window.model_dump(),
        "columns_drifted": list(report.columns_drifted),
        "estimated": _by_metric(report, "estimated"),
        "realized": _by_metric(report, "realized"),
        "reference": _by_metric(report, "reference"),
        "risk": _risk(report),
        **({"track": report.track.model_dump(exclude_none=True)} if report.track else {}),
        "service": report.service.model_dump(exclude={"counters", "codes"}, exclude_none=True, by_alias=True),
    }


def _segments(told: SegmentsPart) -> dict[str, Any]:
    """Return the worst segments as the status tells them."""
    left_out = {"risk", "columns", "farthest", "nats", "distance", "estimated_chance", "realized_chance"}
    found = [one.model_dump(mode="json", exclude=left_out, exclude_defaults=True) for one in told.found[:SEGMENTS]]
    return {"metric": told.metric, "count": len(told.found), "found": found}


def _cause(cause: CausePart) -> dict[str, Any]:
    """Return a cause as the status tells it: one sentence, and its figures."""
    told = cause.model_dump(exclude={"kind", "metric", "origin_gap", "why"}, exclude_defaults=True)
    return told | {"sentence": cause.sentence(), "columns": list(cause.columns), "alerts": list(cause.alerts)}


def _risk(report: Report) -> dict[str, Any]:
    """Return what the series of reports tells of the risk; where nobody looked, why."""
    told = {"not_looked": report.risk_gap} if report.risk_gap else {}
    if report.risk is None:
        return told
    risk, (low, high) = report.risk, report.risk.interval or (report.risk.low, None)
    figures = {"rows": risk.rows, "counted": risk.counted, "waiting": risk.waiting, "realized": risk.risk}
    figures |= {"low": low, "high": high, "test": risk.test.risk, "test_bound": risk.test.bound}
    return told | figures | {"since": risk.since, "evidence": risk.highest, "needed": risk.needed}


def metrics_of(report: Report) -> dict[str, float]:
    """Return the figures of a report that are finite numbers, flat."""
    return {name: float(value) for name, value in _figures(report) if value is not None}


def _figures(report: Report) -> Iterator[tuple[str, float | None]]:
    yield "rows", report.rows.logged
    for part in ("estimated", "realized"):
        yield from ((f"{part}_{metric}", value) for metric, value in _by_metric(report, part).items())
    yield from ((name, getattr(report.service, name)) for name in ("rate", "error_rate", "p50_ms", "p95_ms", "p99_ms"))
    if report.verdict == "not_enough_data":
        return
    yield "drifted_columns", len(report.columns_drifted)
    yield "distance", report.distance
    yield "reconstruction_error", report.reconstruction.mean if report.reconstruction else None
    yield "outlier_share", report.outliers.share if report.outliers else None
    yield "missing_share", max((column.missing or 0.0 for column in report.columns), default=None)


def _by_metric(report: Report, part: str) -> dict[str, float]:
    return {one.metric: value for one in report.performance if (value := getattr(one, part)) is not None}
