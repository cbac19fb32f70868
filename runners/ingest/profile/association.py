"""How strongly a column goes with the target, by the measure that suits their types.

| column | target | measure |
|---|---|---|
| numbers | numbers | Pearson's r |
| numbers | two classes | point-biserial correlation, which is Pearson's r with the classes as 0 and 1 (Lev, 1949) |
| numbers, classes | classes, numbers | correlation ratio η, corrected for bias (Kelley, 1935) |
| classes | classes | Cramér's V, corrected for bias (Bergsma, 2013, https://doi.org/10.1016/j.jkss.2012.10.002) |

All but the first two lie between 0 and 1. Rows in which either value is missing are left out. Each has an
interval of 95 %.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.profile.intervals import Interval, of_association, of_classes, of_two_classes
from runners.tables.summary import ColumnSummary, Summary
from runners.tables.summary.columns import is_class
from runners.tables.summary.moments import Comoments
from runners.tables.summary.pairs import FEW_NUMBERS, MOST_CLASSES, Grouped, Pairs

Counts = NDArray[np.int64]
FEWEST_ROWS = 3
"""Rows below which nothing is said."""


def associate(summary: Summary, name: str) -> dict[str, Any] | None:
    """Return the measure's name, its value and its interval for a column that isn't the target.

    None when there is no target, a column is constant or of too many classes, or too few rows have both values.
    """
    pairs = summary.pairs.get(name)
    if summary.target is None or pairs is None:
        return None
    column, target = summary.columns[name], summary.columns[summary.target]
    if not _says_something(column) or not _says_something(target):
        return None
    measure, value = _measured(pairs, column, target)
    if value is None:
        return None
    ends = _interval(measure, value, pairs)
    return {"measure": measure, "value": round(value, 6), "interval": [round(end, 6) for end in ends]}


def _interval(measure: str, value: float, pairs: Pairs) -> Interval:
    """Return the interval of a measure, by the rows in which both values are."""
    if pairs.table is not None and measure == "cramers_v":
        return of_classes(value, int(pairs.table.counts.sum()))
    groups = pairs.by_target or pairs.by_column
    if groups is None or measure == "pearson":
        return of_association(value, pairs.numbers.count if pairs.numbers else 0)
    if measure == "point_biserial":
        return of_two_classes(value, groups.counts.tolist())
    return of_association(value, groups.moments.count)


def _says_something(column: ColumnSummary) -> bool:
    """Tell whether a column is neither constant nor of so many classes that each says nothing."""
    return column.distinct > 1 and (not is_class(column.type) or column.distinct <= MOST_CLASSES)


def _measured(pairs: Pairs, column: ColumnSummary, target: ColumnSummary) -> tuple[str, float | None]:
    """Return the measure and its value; the types decide which of the figures there are."""
    is_classes = is_class(target.type) or (target.type == "integer" and target.distinct <= FEW_NUMBERS)
    if is_class(column.type):
        if is_classes:
            assert pairs.table is not None
            return "cramers_v", cramers_v(pairs.table.counts)
        assert pairs.by_column is not None
        return _of_groups(pairs.by_column, column)
    if is_classes:
        assert pairs.by_target is not None
        return _of_groups(pairs.by_target, target)
    assert pairs.numbers is not None
    return "pearson", pearson(pairs.numbers)


def _of_groups(groups: Grouped, classes: ColumnSummary) -> tuple[str, float | None]:
    if classes.distinct == 2:
        return "point_biserial", point_biserial(groups)
    return "correlation_ratio", correlation_ratio(groups)


def pearson(pairs: Comoments) -> float | None:
    """Return Pearson's correlation of the rows that have both numbers, -1 to 1."""
    spread = float(np.sqrt(pairs.xx) * np.sqrt(pairs.yy))
    if pairs.count < FEWEST_ROWS or spread <= 0:
        return None
    return float(np.clip(pairs.xy / spread, -1, 1))


def point_biserial(groups: Grouped) -> float | None:
    """Return Pearson's correlation of numbers with two classes, as 0 and 1 in their order."""
    if groups.moments.count < FEWEST_ROWS or len(groups.classes) < 2 or groups.moments.squares <= 0:
        return None
    order = np.argsort(np.array(groups.classes.to_pylist()))
    (none, one), (low, high) = groups.counts[order].tolist(), groups.means[order].tolist()
    spread = np.sqrt(none * one / (none + one))
    return float(np.clip((high - low) * spread / np.sqrt(groups.moments.squares), -1, 1)) if spread > 0 else None


def correlation_ratio(groups: Grouped) -> float | None:
    """Return the root of the share of the numbers' variance that lies between the classes, less what chance puts there.

    Without that correction a column whose every class has one row would explain everything.
    """
    rows, classes = groups.moments.count, int((groups.counts > 0).sum())
    if rows < FEWEST_ROWS or rows <= classes or groups.moments.squares <= 0:
        return None
    away = groups.means - groups.moments.mean
    between = float((groups.counts * away * away).sum())
    left = 1 - min(1.0, between / groups.moments.squares)
    return float(np.sqrt(max(0.0, 1 - left * (rows - 1) / (rows - classes))))


def cramers_v(counts: Counts) -> float | None:
    """Return the bias-corrected Cramér's V of a table of how often classes are seen together, 0 to 1."""
    total = int(counts.sum())
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0].astype(np.float64)
    rows, columns = table.shape
    if total < FEWEST_ROWS or rows < 2 or columns < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi = float(((table - expected) ** 2 / expected).sum()) / total
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (total - 1))
    smaller = min(rows - (rows - 1) ** 2 / (total - 1), columns - (columns - 1) ** 2 / (total - 1)) - 1
    return float(min(1.0, np.sqrt(phi / smaller))) if smaller > 0 else None
