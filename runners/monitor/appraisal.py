"""How well the model does on a window: which rows can be measured, and what they say."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd

from runners.monitor.chunks import rows_of, size_of
from runners.monitor.engine import Unanswered
from runners.monitor.performance import TARGET, Performance, estimate, realize
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.tables import Tables

Told = TypeVar("Told")


def appraise(reference: Reference, tables: Tables, metrics: Sequence[str], notes: list[str]) -> list[Performance]:
    """Return the metrics over chunks of the rows that have an answer; what can't be told is noted."""
    before, now = _answered(reference, tables.sample), _answered(reference, tables.now)
    before = before.dropna(subset=[TARGET]) if TARGET in before else before
    if metrics and len(now) < len(tables.now):
        notes.append(f"{len(tables.now) - len(now):,} rows without a whole answer are left out of the performance.")
    if before.empty or now.empty or not metrics:
        return []
    size = size_of(tables.size, len(now), len(before))
    table = (reference, before.reset_index(drop=True), now.reset_index(drop=True), metrics, size)
    estimated = or_noted("The estimated performance", lambda: estimate(*table), notes) or {}
    realized = or_noted("The realised performance", lambda: realize(*table), notes) or {}
    weights = rows_of(len(now), size)
    found = (
        Performance(name, estimated.get(name), realized.get(name), (weights, _known(now, weights)), len(before))
        for name in metrics
    )
    return [one for one in found if one.estimated or one.realized]


def or_noted(what: str, ask: Callable[[], Told], notes: list[str]) -> Told | None:
    """Return what is asked for; None with a note where NannyML can't tell it."""
    try:
        return ask()
    except Unanswered as error:
        notes.append(f"{what} can't be told: {error}")
        return None


def _answered(reference: Reference, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a prediction, and with the probabilities where the model tells them."""
    if PREDICTION not in table:
        return table.head(0)
    return table.dropna(subset=[PREDICTION, *reference.probabilities])


def _known(now: pd.DataFrame, weights: Sequence[int]) -> list[int]:
    """Count the rows of each chunk whose outcome is known."""
    if TARGET not in now:
        return [0] * len(weights)
    flags, counts, start = now[TARGET].notna().to_numpy(), [], 0
    for rows in weights:
        counts.append(int(flags[start : start + rows].sum()))
        start += rows
    return counts
