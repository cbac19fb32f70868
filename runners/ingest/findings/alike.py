"""What rows that are alike mean: repeats, targets that contradict each other, twins across the split."""

import math
from collections.abc import Iterator

import numpy as np

from runners.counting import counted, some
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.rows import TEST, Alike
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes
from runners.tables.summary.distinct import ERROR

BY_CHANCE = 0.01
"""Share of the pairs that columns which know nothing of each other would make, above which all may be chance."""
FEW_KINDS = 0.1
"""Share of distinct rows below which a table has so few kinds of rows that they must repeat."""
MANY_TWINS = 0.01


def of_alike(ground: Ground, alike: Alike) -> Iterator[Finding]:
    """Find what rows that are alike mean."""
    if not ground.features:
        return
    is_odd = not _may_be_chance(ground, alike)
    if alike.repeated and (is_odd or ground.identifier):
        yield _repeated(ground, alike, is_odd=is_odd)
    if alike.conflicting and ground.target:
        yield _conflicting(ground, alike, is_odd=is_odd)
    if ground.identifier and alike.twins * alike.rows > 1:
        yield _twins(alike, is_odd=is_odd)


def _repeated(ground: Ground, alike: Alike, *, is_odd: bool) -> Finding:
    but = f" but {ground.identifier}" if ground.identifier else ""
    chance = "" if is_odd else "; with so few different values that may be chance"
    return Finding(
        "duplicate_rows",
        "warning" if is_odd else "info",
        (),
        f"{some(alike.repeated, alike.rows, 'rows', 'is', 'are')} like an earlier one in all columns{but}{chance}",
        "remove them at the source, such as by SELECT DISTINCT, unless each is an event of its own",
        {"repeated": alike.repeated, "distinct": alike.distinct, "rows": alike.rows},
    )


def _conflicting(ground: Ground, alike: Alike, *, is_odd: bool) -> Finding:
    return Finding(
        "conflicting_targets",
        "warning" if is_odd else "info",
        (ground.target or "",),
        f"{some(alike.conflicting, alike.rows, 'rows', 'has', 'have')} the features of another row and a different "
        f"{ground.target}",
        "no model can tell them apart: have them labelled again, or add a column that does",
        {"conflicting": alike.conflicting, "rows": alike.rows},
    )


def _twins(alike: Alike, *, is_odd: bool) -> Finding:
    tests = alike.twins * TEST * alike.rows
    return Finding(
        "split_overlap",
        "warning" if is_odd and alike.twins > MANY_TWINS else "info",
        (),
        f"about {alike.twins:.2%} of the rows that test ({counted(round(tests), 'row')}) would have the features of a "
        "row that trains: another identifier, the same row",
        "remove the repeats, or split by time (split.by): figures of the test flatter a model that knows its rows",
        {"share": round(alike.twins, 6), "test": TEST, "is_estimate": True},
    )


def _may_be_chance(ground: Ground, alike: Alike) -> bool:
    """Tell whether columns with so few values may make rows that are alike by chance."""
    if alike.rows < 2 or alike.distinct < FEW_KINDS * alike.rows:
        return True
    everything = alike.rows * (alike.rows - 1) / 2
    shares = [_same(name, column, ground, alike.pairs) / everything for name, column in ground.features.items()]
    return everything * math.prod(shares) > BY_CHANCE * alike.pairs


def _same(name: str, column: ColumnSummary, ground: Ground, pairs: int) -> float:
    """Return about how many pairs of rows have the same value of a column, but for those that are alike altogether."""
    distinct = column.exact_distinct
    if distinct is None:
        distinct = ground.distinct.get(name, min(column.count, round(column.distinct * (1 + ERROR))))
        doubles = column.count - distinct
        told = doubles if 2 * distinct > column.count else column.count**2 / (2 * distinct)
    else:
        figures = column.figures
        counts = figures.frequent.counts if isinstance(figures, Classes) else figures.tally.counts.astype(np.float64)
        told = float((counts * (counts - 1.0)).sum()) / 2
    return max(0.0, told + column.missing * (column.missing - 1) / 2 - pairs)
