"""Drift of the inputs, one column at a time.

It is the Jensen-Shannon distance between the window and the rows of the reference that were held out, in bins that were
made of others, judged over the whole window and over its newest chunks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from runners.monitor.binning import Counts, binning
from runners.monitor.chance import jensen_shannon, limit
from runners.monitor.chunks import NEWEST, Series, rows_of
from runners.monitor.columns import Column, has_values
from runners.monitor.tables import Tables


@dataclass(frozen=True, slots=True)
class Drift:
    """How far a column is from the reference, chunk by chunk, and over the span that is farthest beyond its limit."""

    chunks: Series
    distance: float
    limit: float

    @property
    def is_beyond(self) -> bool:
        """Tell whether the column drifts."""
        return self.distance > self.limit

    @property
    def far(self) -> float:
        """Return the distance as a multiple of the limit."""
        return self.distance / (self.limit or 1.0)


def column_drift(
    tables: Tables, columns: Sequence[Column], *, least: float, each: float, seed: int
) -> Mapping[str, Drift]:
    """Return how each column drifts; a column without values is left out.

    Args:
        tables: what is compared.
        columns: which of their columns.
        least: the distance below which no column drifts.
        each: the probability with which chance alone may take a distance beyond its limit.
        seed: of the draws that the limits are made of.
    """
    kept = _with_values(tables.held_out, tables.now, columns)
    found = ((one.name, _drift(tables, one, (least, each), seed)) for one in kept)
    return {name: drift for name, drift in found if drift}


def comparable(tables: Tables, columns: Sequence[Column]) -> int:
    """Return how many columns can be compared."""
    return len(_with_values(tables.held_out, tables.now, columns))


def spans(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return how many of the newest rows are judged together: all, and those of the newest chunks."""
    return (sum(sizes),) if len(sizes) <= NEWEST else (sum(sizes), sum(sizes[-NEWEST:]))


def _drift(tables: Tables, column: Column, allowed: tuple[float, float], seed: int) -> Drift | None:
    least, each = allowed
    bins = binning(tables.known[column.name], column)
    if bins is None:
        return None
    usual, values, sizes = tables.held_out[column.name], tables.now[column.name], rows_of(len(tables.now), tables.size)
    parts, before = bins.counts(values, sizes), bins.counts(usual, rows_of(len(usual), sizes[0]))
    held_out, whole = before.sum(axis=0), parts.sum(axis=0)
    upper = max(least, limit(held_out, whole, each, seed, rows=sizes[0]))
    judged = [(_told(held_out, counts), max(least, limit(held_out, counts, each, seed))) for counts in _judged(parts)]
    distance, farthest = max(judged, key=lambda pair: pair[0] / (pair[1] or 1.0))
    return Drift(Series(_each(held_out - before, before), _each(held_out, parts), upper=upper), distance, farthest)


def _judged(parts: Counts) -> list[Counts]:
    whole, newest = parts.sum(axis=0), parts[-NEWEST:].sum(axis=0)
    return [whole] if len(parts) <= NEWEST or not newest.any() else [whole, newest]


def _told(held_out: Counts, counts: Counts) -> float:
    return float(jensen_shannon(held_out, counts))


def _each(others: Counts, parts: Counts) -> tuple[float | None, ...]:
    """Return how far each of several parts is from the others; None where either of them has no values."""
    found, is_told = jensen_shannon(others, parts).tolist(), others.any(axis=-1) & parts.any(axis=-1)
    return tuple(one if is_in else None for one, is_in in zip(found, is_told | np.zeros(len(parts), bool), strict=True))


def _with_values(reference: pd.DataFrame, now: pd.DataFrame, columns: Sequence[Column]) -> list[Column]:
    return [one for one in columns if has_values(reference[one.name]) and has_values(now[one.name])]
