"""Segments of a report, as a status tells them: the worst of them. A report is a file: what it says is bounded."""

from collections.abc import Mapping
from typing import Any

from reconciler.controllers.measured import is_finite
from reconciler.model.text import printable

MOST, MOST_NAMES, LONGEST = 12, 20, 200
"""Segments that a status tells; columns and alerts of one; characters of a name."""
_FIGURES = (
    *("rows", "reference_rows", "outcomes", "reference", "estimated", "estimated_low", "estimated_high"),
    *("realized", "realized_low", "realized_high"),
)


def segments_of(told: Any) -> dict[str, Any]:
    """Return the metric of a report's segments, how many there are, and the worst of them; empty where none is told."""
    found = told.get("found") if isinstance(told, Mapping) else None
    if not isinstance(found, list) or not found:
        return {}
    known = [_segment(one) for one in found[:MOST] if isinstance(one, Mapping)]
    count = told.get("count")
    count = count if isinstance(count, int) and not isinstance(count, bool) and count >= len(known) else len(known)
    return {"metric": printable(str(told.get("metric") or ""), LONGEST), "count": count, "worst": known}


def _segment(told: Mapping[str, Any]) -> dict[str, Any]:
    segment: dict[str, Any] = {"name": printable(str(told.get("name", "")), LONGEST)}
    segment |= {key: told[key] for key in _FIGURES if is_finite(told.get(key))}
    for key in ("drifted", "alerts"):
        names = told.get(key)
        shown = [printable(str(one), LONGEST) for one in names[:MOST_NAMES]] if isinstance(names, list) else []
        segment |= {key: shown} if shown else {}
    return segment | ({"gap": printable(str(told["gap"]), LONGEST)} if told.get("gap") else {})
