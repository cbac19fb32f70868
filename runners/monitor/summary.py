"""What the daemon is told of a report: facts for the status, and figures that can be compared between reports."""

from collections.abc import Iterator, Mapping
from typing import Any


def facts_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a report, small enough for a status page."""
    return {
        "verdict": document["verdict"],
        "alerts": [{key: value for key, value in alert.items() if key != "fix"} for alert in document["alerts"]],
        "rows": document["rows"]["logged"],
        "window": document["window"],
        "columns_drifted": document["columns_drifted"],
        "estimated": _by_metric(document, "estimated"),
        "realized": _by_metric(document, "realized"),
        "reference": _by_metric(document, "reference"),
        "service": {key: value for key, value in document["service"].items() if key not in ("counters", "codes")},
    }


def metrics_of(document: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a report that are finite numbers, flat."""
    return {name: float(value) for name, value in _figures(document) if value is not None}


def _figures(document: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    yield "rows", document["rows"]["logged"]
    for part in ("estimated", "realized"):
        yield from ((f"{part}_{metric}", value) for metric, value in _by_metric(document, part).items())
    service = document["service"]
    yield from ((name, service.get(name)) for name in ("rate", "error_rate", "p50_ms", "p95_ms", "p99_ms"))
    if document["verdict"] == "not_enough_data":
        return
    yield "drifted_columns", len(document["columns_drifted"])
    yield "distance", document["distance"]
    yield "reconstruction_error", (document["reconstruction"] or {}).get("mean")
    yield "outlier_share", (document["outliers"] or {}).get("share")
    yield "missing_share", max((column["missing"] for column in document["columns"]), default=None)


def _by_metric(document: Mapping[str, Any], part: str) -> dict[str, float]:
    return {one["metric"]: one[part] for one in document["performance"] if one[part] is not None}
