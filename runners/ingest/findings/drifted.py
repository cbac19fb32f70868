"""What has drifted since the former version, by its profile: no row of it is read.

A profile holds how many rows and gaps there were, means and deviations, bars of numbers and the most frequent values.
A change is told where it is both large and beyond chance, at one level for all tests together (Bonferroni). Moments
and what names rows go on by nature, and aren't compared.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from runners.counting import counted
from runners.ingest.drift import Counts, divergence, homogeneity
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.bins import binned
from runners.ingest.profile.intervals import Z
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes
from runners.tables.summary.numbers import Numbers

LEVEL = 0.001
"""How often one finding or more comes by chance where nothing has changed."""
FEWEST = 30
"""Present values in both versions below which a column isn't compared."""
MUCH_MISSING, MUCH_MEAN, MUCH_DISTANCE = 0.05, 0.2, 0.15
"""Change of a share; change in deviations of before, which is a small effect (Cohen, 1988); Jensen-Shannon distance."""
FEWER, MORE = 0.5, 3.0
"""Rows as a part of those before."""
_SEE = "see what has changed at the source"
Former = Mapping[str, Any]


@dataclass(frozen=True)
class _Pair:
    """A column of both versions: its summary, and its part of the former profile."""

    name: str
    now: ColumnSummary
    before: Former
    level: float
    shown: bool


def of_drift(ground: Ground, former: Former) -> Iterator[Finding]:
    """Find what has drifted since the former version.

    Args:
        ground: what is known of this version.
        former: the profile of the one before it; parts that aren't as a profile has them are passed over.
    """
    rows = former.get("rows")
    if isinstance(rows, int) and rows > 0:
        yield from _rows(ground.rows, rows)
    names = [*ground.features, *([ground.target] if ground.target else [])]
    columns = former.get("columns")
    known = columns if isinstance(columns, dict) else {}
    shared = [name for name in names if _is_comparable(ground.summary.columns[name], known.get(name), ground, name)]
    for name in shared:
        pair = _Pair(
            name, ground.summary.columns[name], known[name], LEVEL / (3 * len(shared)), bool(ground.shows(name))
        )
        yield from _missing(pair)
        moved = list(_mean(pair))
        yield from moved or _values(pair)


def _is_comparable(now: ColumnSummary, before: Any, ground: Ground, name: str) -> bool:
    if not isinstance(before, dict) or before.get("type") != now.type or now.type == "datetime":
        return False
    count, missing = before.get("count"), before.get("missing")
    if not isinstance(count, int) or not isinstance(missing, int) or count < 0 or missing < 0:
        return False
    distinct = ground.distinct.get(name, now.distinct)
    names_rows = now.type in ("integer", "string") and distinct > 0.9 * now.count and now.count > 1
    return not names_rows and min(count + missing, now.count + now.missing) >= FEWEST


def _rows(now: int, before: int) -> Iterator[Finding]:
    if not FEWER * before <= now <= MORE * before:
        yield Finding(
            "drifted_rows",
            "info",
            (),
            f"it has {counted(now, 'row')}, and the former version had {before:,}",
            f"{_SEE}; a limit is drift.rows",
            {"rows": now, "before": before},
        )


def _missing(pair: _Pair) -> Iterator[Finding]:
    from scipy import stats

    counts = [[pair.now.missing, pair.now.count], [pair.before["missing"], pair.before["count"]]]
    sizes = [sum(row) for row in counts]
    ours, theirs = (row[0] / size for row, size in zip(counts, sizes, strict=True))
    if abs(ours - theirs) <= MUCH_MISSING or stats.fisher_exact(counts)[1] > pair.level:
        return
    half = Z * math.sqrt(sum(p * (1 - p) / n for p, n in zip((ours, theirs), sizes, strict=True)))
    yield Finding(
        "drifted_missing",
        "warning",
        (pair.name,),
        f"{pair.name} is missing in {ours:.2%} of the rows, and was in {theirs:.2%} of the former version's",
        f"{_SEE}; a limit is drift.columns.{pair.name}.missing",
        {"change": round(ours - theirs, 6), "interval": [round(ours - theirs + one * half, 6) for one in (-1, 1)]},
        preparation="impute" if ours > theirs else None,
    )


def _mean(pair: _Pair) -> Iterator[Finding]:
    from scipy import stats

    figures, mean, std = pair.now.figures, _number(pair.before.get("mean")), _number(pair.before.get("std"))
    if not isinstance(figures, Numbers) or mean is None or std is None or std <= 0:
        return
    moments, theirs = figures.moments, pair.before["count"] - int(_number(pair.before.get("infinite")) or 0)
    ours = figures.tally.total
    if min(ours, theirs) < FEWEST:
        return
    moved, error = moments.mean - mean, math.sqrt(moments.std**2 / ours + std**2 / theirs)
    test = stats.ttest_ind_from_stats(moments.mean, moments.std, ours, mean, std, theirs, equal_var=False)
    if abs(moved) / std <= MUCH_MEAN or float(test.pvalue) > pair.level:
        return
    ends = [round((moved + side * Z * error) / std, 6) for side in (-1, 1)]
    figures_told = f", from {mean:.4g} to {moments.mean:.4g}" if pair.shown else ""
    yield Finding(
        "drifted_mean",
        "warning",
        (pair.name,),
        f"the mean of {pair.name} moved by {moved / std:+.2f} deviations of the former version{figures_told}",
        f"{_SEE}: models that learned from the former rows know others; a limit is drift.columns.{pair.name}.mean",
        {"deviations": round(moved / std, 6), "interval": ends},
    )


def _values(pair: _Pair) -> Iterator[Finding]:
    table = _table(pair)
    if table is None or not (table.sum(1) >= FEWEST).all():
        return
    distance, chance = divergence(table), homogeneity(table)
    if distance <= MUCH_DISTANCE or chance > pair.level:
        return
    yield Finding(
        "drifted_values",
        "warning",
        (pair.name,),
        f"values of {pair.name} are spread otherwise than in the former version: a Jensen-Shannon distance of "
        f"{distance:.2f}, of 1 at most",
        f"{_SEE}; a limit is drift.columns.{pair.name}.distance",
        {"distance": round(distance, 6), "chance": float(f"{chance:.3g}"), "level": float(f"{pair.level:.3g}")},
    )


def _table(pair: _Pair) -> Counts | None:
    """Count the values of both versions in the same parts; None where the profile doesn't tell them."""
    if isinstance(pair.now.figures, Classes):
        return _of_classes(pair)
    bars = pair.before.get("histogram")
    edges, counts = (bars.get("edges"), bars.get("counts")) if isinstance(bars, dict) else ([], [])
    if edges is None or counts is None or not _are_bars(edges, counts) or pair.now.figures.extremes is None:
        return None
    bins = binned(pair.now.figures, pair.now.type)
    slack = 1e-9 * max(abs(edges[0]), abs(edges[-1]))
    outer = np.array([edges[0] - slack, *_inner(edges, pair.before, slack), edges[-1] + slack])
    places = np.searchsorted(outer, (bins.lowest + bins.highest) / 2, side="right")
    ours = np.bincount(places, bins.counts, minlength=len(edges) + 1)
    return np.array([np.rint(ours), [0, *counts, 0]], np.int64)


def _inner(edges: list[float], before: Former, slack: float) -> list[float]:
    """Return the inner edges as they were made; a profile tells them with ten digits, and values may lie on them."""
    least, most = _number(before.get("minimum")), _number(before.get("maximum"))
    if least is None or most is None:
        return edges[1:-1]
    made = np.linspace(least, most, len(edges))
    return made[1:-1].tolist() if (np.abs(made - edges) <= slack).all() else edges[1:-1]


def _of_classes(pair: _Pair) -> Counts | None:
    top = pair.before.get("top")
    if not isinstance(top, list) or not top or "top" in pair.before.get("bounds", ()):
        return None
    theirs = {
        one["value"]: one["count"]
        for one in top
        if isinstance(one, dict) and isinstance(one.get("value"), str | bool) and isinstance(one.get("count"), int)
    }
    if pair.now.lost or not theirs:
        return None
    ours = dict(pair.now.top(pair.now.distinct))
    told = np.array([[ours.get(value, 0) for value in theirs], list(theirs.values())], np.int64)
    rest = np.array([pair.now.count, pair.before["count"]]) - told.sum(1)
    return np.column_stack([told, rest.clip(0)])


def _are_bars(edges: object, counts: object) -> bool:
    """Tell whether edges and counts are those of a histogram."""
    if not isinstance(edges, list) or not isinstance(counts, list) or len(edges) != len(counts) + 1 or not counts:
        return False
    if any(_number(edge) is None for edge in edges) or any(not isinstance(c, int) or c < 0 for c in counts):
        return False
    return all(left < right for left, right in pairwise(edges))


def _number(value: Any) -> float | None:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_one and math.isfinite(value) else None
