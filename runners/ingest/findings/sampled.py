"""Leakage that only rows tell: a column whose order tells the target without being correlated with it.

Looked for in the sample. Rows are put in the order of a column; where the target hardly ever changes from one row to
the next, the column gives it away. For classes it's the share of neighbours of one class, less what chance gives, as
Cohen's kappa is; for numbers Chatterjee's coefficient (2021, https://doi.org/10.1080/01621459.2020.1758115), which is 1
for any function.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.findings.columns import is_goal_of_classes
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.leakage import SURE, by_gaps, by_order, copied
from runners.ingest.profile.association import cramers_v
from runners.ingest.profile.intervals import of_association
from runners.ingest.profile.preparations import LEAK
from runners.tables.summary.columns import is_class
from runners.tables.summary.numbers import keys_of

FEWEST = 100
"""Rows of a sample below which nothing is said."""
FEWEST_VALUES = 50
"""Different values of a column below which its order says no more than its classes do."""
Codes = NDArray[np.int64]


def of_sampled(ground: Ground, rows: Mapping[str, Any], known: frozenset[str]) -> Iterator[Finding]:
    """Find columns that tell the target by their order, or by their gaps where these weren't counted over all rows.

    Args:
        ground: what is known of the table.
        rows: the sample.
        known: columns of which it's known already that they give the target away.
    """
    if ground.target is None or (goal := ground.goal) is None or not rows:
        return
    is_classes = is_goal_of_classes(goal)
    truth = rows[ground.target]
    if len(truth) - truth.null_count < FEWEST:
        return
    for name, column in ground.summary.columns.items():
        if name in known or name == ground.target:
            continue
        is_order = name in (ground.identifier, ground.timestamp)
        if not is_class(column.type):
            yield from _by_neighbours(name, ground.target, rows, is_classes=is_classes, is_order=is_order)
        elif is_classes and not is_order:
            yield from _by_gaps(name, ground, rows)


def _by_neighbours(
    name: str, target: str, rows: Mapping[str, Any], *, is_classes: bool, is_order: bool
) -> Iterator[Finding]:
    values, truth = rows[name], rows[target]
    both = _there(values) & _there(truth)
    if both.sum() < FEWEST:
        return
    keys, goals = keys_of(values.filter(both)), codes_of(truth.filter(both))
    if len(np.unique(keys)) < FEWEST_VALUES:
        return
    order = np.argsort(keys, kind="stable")
    value = kept(goals[order]) if is_classes else chatterjee(goals[order])
    low, high = of_association(value, len(order))
    if value > LEAK and low > SURE:
        measure = "neighbours of one class" if is_classes else "Chatterjee's ξ"
        told = {"measure": measure, "value": round(value, 6), "interval": [round(low, 6), round(high, 6)]}
        told |= {"sampled_rows": len(order)}
        yield (by_order if is_order else copied)(name, target, measure, told)


def _there(values: Any) -> NDArray[np.bool_]:
    """Tell which values are there."""
    found: NDArray[np.bool_] = values.is_valid().to_numpy(zero_copy_only=False)
    return found


def codes_of(values: Any) -> Codes:
    """Return values as whole numbers in their order; ties are equal."""
    coded = values.dictionary_encode()
    names = coded.dictionary.to_pylist()
    ranks = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    found: Codes = ranks[coded.indices.to_numpy(zero_copy_only=False)]
    return found


def kept(goals: Codes) -> float:
    """Return how much more often neighbours have one class than by chance, 1 where it changes once a class."""
    classes = len(np.unique(goals))
    shares = np.bincount(goals) / len(goals)
    chance = float((shares * shares).sum())
    same = int((goals[1:] == goals[:-1]).sum()) + min(classes - 1, len(goals) - 1)
    share = min(1.0, same / (len(goals) - 1))
    return (share - chance) / (1 - chance) if classes > 1 else 0.0


def chatterjee(goals: Codes) -> float:
    """Return Chatterjee's coefficient of numbers that stand in the order of a column, in its form for ties."""
    ordered = np.sort(goals)
    ranks = np.searchsorted(ordered, goals, side="right").astype(np.float64)
    above = len(goals) - np.searchsorted(ordered, goals, side="left").astype(np.float64)
    spread = float((above * (len(goals) - above)).sum())
    return 1 - len(goals) * float(np.abs(np.diff(ranks)).sum()) / (2 * spread) if spread > 0 else 0.0


def _by_gaps(name: str, ground: Ground, rows: Mapping[str, Any]) -> Iterator[Finding]:
    """Look at the gaps of a column of so many classes that the summary has no table of them."""
    table = ground.summary.pairs[name].table
    if table is None or not table.is_full or not ground.summary.columns[name].missing:
        return
    truth = rows[ground.target or ""]
    there = truth.is_valid().to_numpy(zero_copy_only=False)
    goals = codes_of(truth.filter(there))
    gaps = rows[name].is_null().to_numpy(zero_copy_only=False)[there]
    if min(int(gaps.sum()), int((~gaps).sum())) < FEWEST // 10:
        return
    classes = int(goals.max()) + 1
    counts = np.bincount(goals + classes * gaps, minlength=2 * classes).reshape(2, classes)
    if (value := cramers_v(counts)) is not None:
        yield from by_gaps(name, ground.target or "", value, len(goals))
