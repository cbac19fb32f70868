"""Leakage, as far as the summary tells it: columns, gaps and orders by which the target is known beforehand.

Associations and missing values are counted over all rows; what a sample of them has to tell stands in `sampled.py`.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from runners.ingest.findings.columns import is_goal_of_classes
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.association import associate, cramers_v
from runners.ingest.profile.intervals import of_classes
from runners.ingest.profile.preparations import LEAK
from runners.tables.summary.columns import is_class
from runners.tables.summary.moments import Moments
from runners.tables.summary.numbers import Numbers
from runners.tables.summary.pairs import Pairs

SURE = 0.9
"""What the lower end of an association's interval must reach, too, before a column is said to give the target away."""
BY_GAPS = 0.5
"""The lower end of the association of gaps with the target above which they tell too much of it."""
BY_ORDER = 0.5
FEWEST_GAPS = 10


def of_leakage(ground: Ground) -> Iterator[Finding]:
    """Find columns, gaps and orders that tell the target."""
    if ground.target is None:
        return
    for name in ground.features:
        yield from _copied(name, ground)
        yield from _by_gaps(name, ground)
    for name in dict.fromkeys(filter(None, (ground.identifier, ground.timestamp))):
        yield from _by_order(name, ground)


def _copied(name: str, ground: Ground) -> Iterator[Finding]:
    found = associate(ground.summary, name)
    if found and abs(found["value"]) > LEAK and _least(found["interval"]) > SURE:
        yield copied(name, ground.target or "", found["measure"], found)


def copied(name: str, target: str, measure: str, evidence: Mapping[str, Any]) -> Finding:
    """Return the finding that a column gives the target away, by some measure."""
    low, high = evidence["interval"]
    return Finding(
        "target_copied",
        "error",
        (name,),
        f"{name} gives {target} away: {measure} {evidence['value']:.3f} ({low:.3f} to {high:.3f})",
        f"ask whether {name} is known when a prediction is asked for; if not, name it in exclude of the experiment",
        dict(evidence),
        preparation="check_leakage",
    )


def _least(interval: list[float]) -> float:
    """Return the smallest size of an association that its interval holds."""
    low, high = interval
    return 0.0 if low <= 0 <= high else min(abs(low), abs(high))


def _by_gaps(name: str, ground: Ground) -> Iterator[Finding]:
    column = ground.summary.columns[name]
    if min(column.missing, column.count) < FEWEST_GAPS or (goal := ground.goal) is None:
        return
    pairs = ground.summary.pairs[name]
    value = _with_classes(pairs, ground) if is_goal_of_classes(goal) else _with_numbers(pairs, ground)
    if value is not None:
        yield from by_gaps(name, ground.target or "", value, goal.count)


def by_gaps(name: str, target: str, value: float, rows: int) -> Iterator[Finding]:
    """Yield the finding that a column's gaps tell the target, if their association is so strong."""
    ends = of_classes(value, rows)
    if _least(list(ends)) > BY_GAPS:
        yield Finding(
            "target_by_missingness",
            "error" if abs(value) > LEAK else "warning",
            (name,),
            f"whether {name} is missing tells {target}: association {abs(value):.3f} "
            f"({_least(list(ends)):.3f} to {max(map(abs, ends)):.3f})",
            f"ask whether {name} is filled in only once {target} is known; if so, name it in exclude of the experiment",
            {"value": round(value, 6), "interval": [round(end, 6) for end in ends], "rows": rows},
            preparation="check_leakage",
        )


def _with_classes(pairs: Pairs, ground: Ground) -> float | None:
    """Return Cramér's V of a column's gaps with the target's classes; None where the column's classes are too many."""
    goal = ground.goal
    assert goal is not None
    all_rows = dict(goal.top(goal.distinct))
    if pairs.table is not None and not pairs.table.is_full:
        present = dict(zip(pairs.table.right.to_pylist(), pairs.table.counts.sum(axis=0).tolist(), strict=True))
    elif pairs.by_target is not None and not pairs.by_target.is_full:
        present = dict(zip(pairs.by_target.classes.to_pylist(), pairs.by_target.counts.tolist(), strict=True))
    else:
        return None
    rows = [[present.get(name, 0) for name in all_rows], [n - present.get(name, 0) for name, n in all_rows.items()]]
    return cramers_v(np.array(rows, np.int64))


def _with_numbers(pairs: Pairs, ground: Ground) -> float | None:
    """Return the point-biserial correlation of a column's gaps with the target's numbers."""
    goal = ground.goal
    moments = goal.figures.moments if goal and isinstance(goal.figures, Numbers) else Moments()
    if pairs.numbers is not None:
        present, mean = pairs.numbers.count, pairs.numbers.y
    elif pairs.by_column is not None and not pairs.by_column.is_full:
        present, mean = pairs.by_column.moments.count, pairs.by_column.moments.mean
    else:
        return None
    missing = moments.count - present
    if not present or not missing or moments.squares <= 0:
        return None
    other = (moments.count * moments.mean - present * mean) / missing
    spread = math.sqrt(present * missing / moments.count) / math.sqrt(moments.squares)
    return float(np.clip((other - mean) * spread, -1, 1))


def _by_order(name: str, ground: Ground) -> Iterator[Finding]:
    found = associate(ground.summary, name)
    is_order = not is_class(ground.summary.columns[name].type)
    if found and is_order and _least(found["interval"]) > BY_ORDER:
        yield by_order(name, ground.target or "", found["measure"], found)


def by_order(name: str, target: str, measure: str, evidence: Mapping[str, Any]) -> Finding:
    """Return the finding that the order by a column tells the target, by some measure."""
    low, high = evidence["interval"]
    return Finding(
        "target_by_order",
        "warning",
        (name,),
        f"{target} goes with the order of {name}: {measure} {evidence['value']:.3f} ({low:.3f} to {high:.3f})",
        f"keep {name} out of the features, and ask whether a split in that order (split.by) is what serving is like",
        dict(evidence),
    )
