"""Looks at the segments of a window, and tells the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from runners.monitor.chance import of_drop
from runners.monitor.columns import Column
from runners.monitor.kept import RiskPart
from runners.monitor.parameters import Parameters, Segments
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.risk import risk_of
from runners.monitor.scores import Answers
from runners.monitor.segments.evidence import Moved, moved
from runners.monitor.segments.groups import Grouping, groupings
from runners.monitor.segments.measures import Answered, Figure, Measure, expected, measure_for, realized
from runners.monitor.segments.told import FormerSegments, SegmentPart, SegmentsPart
from runners.monitor.tables import TIME, Tables

WIDTH = 1.96
"""Standard errors on either side of a figure: an interval of 95 %."""


class _Sides(NamedTuple):
    """The answers of the test rows, what is expected of the window's, and what is known of those of the look-back."""

    before: Answered
    expected: Answered
    known: Sequence[tuple[Answered, Any]]


def segments_of(
    reference: Reference, tables: Tables, params: Parameters, columns: Sequence[Column], former: FormerSegments | None
) -> SegmentsPart | None:
    """Return what is found out of each segment; None where none is asked for.

    Args:
        reference: the trial's test.
        tables: what is compared.
        params: which segments, and what counts as drift.
        columns: the columns that are watched.
        former: what the report before kept of its segments.
    """
    asked = params.segments
    if asked is None:
        return None
    groups = groupings(tables, reference.segments, asked)
    measure = measure_for(reference, params.metric)
    limits = params.thresholds.jensen_shannon, params.rate / 2
    drift = moved(groups, tables, columns, fewest=asked.minimum_rows, limits=limits)
    count = sum(len(one.names) for one in groups)
    risks = {one.name: one.risk for one in former.found} if former else {}
    found = [
        part
        for group, drifts in zip(groups, drift, strict=True)
        for part in _of_grouping(group, drifts, (reference, tables, params), (measure, risks, count))
    ]
    drops = sum(chance is not None for one in found for chance in (one.estimated_chance, one.realized_chance))
    each = params.rate / 2 / max(1, drops)
    told = tuple(sorted(found, key=worst_first))
    metric = measure.metric if measure else ""
    return SegmentsPart(metric=metric, minimum_rows=asked.minimum_rows, rate=params.rate, each=each, found=told)


def worst_first(one: SegmentPart) -> tuple[Any, ...]:
    """Return by what segments are ordered: those that are judged by what was lost beyond chance, then by drift."""
    sides = ((one.realized_drop, one.realized_chance), (one.estimated_drop, one.estimated_chance))
    lost = [(chance, -drop) for drop, chance in sides if drop is not None and chance is not None and drop > 0]
    return (not one.is_judged, min(lost, default=(1.0, 0.0)), not one.drifted, -(one.nats or 0.0), -one.rows, one.name)


def _of_grouping(
    group: Grouping,
    drifts: Sequence[Sequence[Moved]],
    looked: tuple[Reference, Tables, Parameters],
    by: tuple[Measure | None, Mapping[str, RiskPart | None], int],
) -> list[SegmentPart]:
    reference, tables, params = looked
    measure, risks, count = by
    places = {"before": group.places(tables.reference), "now": group.places(tables.now)}
    rows = {side: np.bincount(at, minlength=len(group.names)) for side, at in places.items()}
    sides = _sides(group, reference, tables, measure) if measure else None
    assert params.segments
    found = []
    for at, name in enumerate(group.names):
        if not rows["now"][at] and not rows["before"][at]:
            continue
        sizes = int(rows["now"][at]), int(rows["before"][at])
        told: dict[str, Any] = {"name": name, "columns": group.columns, "rows": sizes[0], "reference_rows": sizes[1]}
        told |= {"gap": _gap(*sizes, params.segments)} | _drift(drifts[at])
        if sides and measure:
            told |= _figures(sides, measure, places, at, params.segments.minimum_rows)
        told |= _risk(looked, (group, places, at), risks.get(name), params.rate / max(1, count))
        found.append(SegmentPart(**told))
    return found


def _gap(rows: int, before: int, asked: Segments) -> str:
    if rows >= asked.minimum_rows and before >= asked.minimum_rows:
        return ""
    which = f"{rows:,} in the window" if rows < asked.minimum_rows else f"{before:,} test rows"
    return f"too few rows: {which}, and {asked.minimum_rows:,} are needed"


def _drift(found: Sequence[Moved]) -> dict[str, Any]:
    if not found:
        return {}
    first = found[0]
    drifted = tuple(one.column for one in found if one.is_drifted)
    return {"drifted": drifted, "farthest": first.column, "distance": first.distance, "nats": first.nats}


def _sides(group: Grouping, reference: Reference, tables: Tables, measure: Measure) -> _Sides:
    before = realized(reference, tables.reference, measure.metric)
    names = {*group.columns, PREDICTION, TARGET}
    later = [rows for rows in (tables.former, tables.now) if len(rows) and names <= {*rows}]
    known = [(realized(reference, rows, measure.metric), group.places(rows)) for rows in later]
    return _Sides(before, expected(reference, tables.reference, tables.now), known)


def _figures(sides: _Sides, measure: Measure, places: Mapping[str, Any], at: int, fewest: int) -> dict[str, Any]:
    usual = sides.before.of(places["before"], at)
    before = measure.of(usual, [usual])
    if before is None:
        return {}
    told: dict[str, Any] = {"reference": before.value}
    known = _joined([one.of(segments, at) for one, segments in sides.known])
    told |= {"outcomes": len(known)}
    asked = sides.expected.of(places["now"], at)
    for name, rows, errors in (("estimated", asked, [usual]), ("realized", known, [usual, known])):
        now = measure.of(rows, errors) if len(rows) >= fewest and len(usual) >= fewest else None
        if now is not None:
            told |= {f"{name}{key}": value for key, value in _told(measure, before, now).items()}
    return told


def _told(measure: Measure, before: Figure, now: Figure) -> dict[str, float | None]:
    drop = measure.drop(before, now)
    told: dict[str, float | None] = {
        "": now.value,
        "_low": now.value - WIDTH * now.error,
        "_high": now.value + WIDTH * now.error,
    }
    return told | ({"_drop": drop[0], "_chance": of_drop(*drop)} if drop else {})


def _joined(parts: Sequence[Answers]) -> Answers:
    if not parts:
        return Answers(np.zeros(0), np.zeros(0), np.zeros(0))
    sides = (np.concatenate([getattr(one, name) for one in parts]) for name in ("outcomes", "predicted", "scores"))
    return Answers(*sides)


def _risk(
    looked: tuple[Reference, Tables, Parameters],
    where: tuple[Grouping, Mapping[str, Any], int],
    former: RiskPart | None,
    rate: float,
) -> dict[str, Any]:
    """Follow the realised risk of a segment over all reports, as that of all rows is followed."""
    (reference, tables, params), (group, places, at) = looked, where
    assert params.segments
    before = tables.reference[places["before"] == at]
    if params.outcomes is None or len(before) < params.segments.minimum_rows:
        return {}
    kept = [name for name in (TIME, PREDICTION, TARGET) if name in tables.now]
    now, earlier = tables.now.loc[places["now"] == at, kept], tables.former
    if len(earlier):
        earlier = earlier.loc[group.places(earlier) == at]
    told, _ = risk_of(reference, replace(tables, reference=before, now=now, former=earlier), params, former, rate)
    return {"risk": told}
