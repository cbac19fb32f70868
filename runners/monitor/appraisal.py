"""How well the model does: estimated on the window, realised on all rows of the look-back whose outcomes are known.

Outcomes are late. So the rows of former windows are joined again in every report, and each window is told anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from runners.monitor.chunks import rows_of, size_of
from runners.monitor.engine import Unanswered
from runners.monitor.parameters import Window
from runners.monitor.performance import TARGET, Performance, estimate, realize, realize_parts
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.tables import TIME, Tables

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is known of a window by now: its rows, those with an outcome, and the realised metric."""

    window: Window
    rows: int
    known: int
    realized: float | None


def appraise(reference: Reference, tables: Tables, metrics: Sequence[str], notes: list[str]) -> list[Performance]:
    """Return the metrics over chunks of the rows that have an answer; what can't be told is noted."""
    before, now = _answered(reference, tables.sample), _answered(reference, tables.now)
    before = (before.dropna(subset=[TARGET]) if TARGET in before else before).reset_index(drop=True)
    if metrics and len(now) < len(tables.now):
        notes.append(f"{len(tables.now) - len(now):,} rows without a whole answer are left out of the performance.")
    if before.empty or now.empty or not metrics:
        return []
    known = _known(reference, tables)
    sizes = [size_of(tables.size, len(rows), len(before)) if len(rows) else 1 for rows in (now, known)]
    told = [
        (reference, before, _renumbered(rows), metrics, size) for rows, size in zip((now, known), sizes, strict=True)
    ]
    estimated = or_noted("The estimated performance", lambda: estimate(*told[0]), notes) or {}
    realized = or_noted("The realised performance", lambda: realize(*told[1]), notes) or {}
    weights = rows_of(len(now), sizes[0]), rows_of(len(known), sizes[1])
    found = (Performance(name, estimated.get(name), realized.get(name), weights, len(before)) for name in metrics)
    return [one for one in found if one.estimated or one.realized]


def by_window(
    reference: Reference, tables: Tables, metric: str, windows: Sequence[Window], notes: list[str]
) -> list[Outcomes]:
    """Return what is known by now of each of several windows, by the metric."""
    rows = _lookback(tables)
    parts = [rows[window.held(rows[TIME])] for window in windows]
    before = _answered(reference, tables.sample)
    before = (before.dropna(subset=[TARGET]) if TARGET in before else before).reset_index(drop=True)
    answered = [_answered(reference, part) for part in parts]
    values = or_noted(
        "The performance of former windows", lambda: realize_parts(reference, before, answered, metric), notes
    )
    told = zip(windows, parts, values or [None] * len(parts), strict=True)
    return [Outcomes(window, len(part), int(part[TARGET].notna().sum()), value) for window, part, value in told]


def lookback(tables: Tables) -> Outcomes | None:
    """Return of how many rows of the whole look-back the outcome is known; None where outcomes aren't looked for."""
    if TARGET not in tables.now:
        return None
    rows = _lookback(tables)
    since = rows[TIME].min() if len(rows) else None
    return Outcomes(Window(start=since), len(rows), int(rows[TARGET].notna().sum()), None)


def _lookback(tables: Tables) -> pd.DataFrame:
    return pd.concat([tables.former, tables.now], ignore_index=True) if len(tables.former) else tables.now


def _known(reference: Reference, tables: Tables) -> pd.DataFrame:
    """Return the rows of the look-back whose outcomes are known, in the order of time."""
    if TARGET not in tables.now:
        return tables.now.head(0)
    rows = _answered(reference, _lookback(tables))
    return rows[rows[TARGET].notna()] if TARGET in rows else rows.head(0)


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
    if reference.task != "regression":
        names = (name for name in (PREDICTION, *reference.probabilities, TARGET, TIME) if name in table)
        table = pd.DataFrame({name: table[name].array for name in names}, index=table.index, copy=False)
    whole = np.ones(len(table), dtype=bool)
    for name in (PREDICTION, *reference.probabilities):
        whole &= table[name].notna().to_numpy()
    return table if whole.all() else table[whole]


def _renumbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows numbered from 0; those that are so already are not copied."""
    return rows if rows.index.equals(pd.RangeIndex(len(rows))) else rows.reset_index(drop=True)
