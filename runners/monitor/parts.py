"""Parts of a column: ranges between quantiles, or categories; and what the reference never held, and what is missing.

Numbers beyond the reference's ends, categories that it doesn't hold and missing values are parts of their own: what
was broken on the way shows there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.binning import FEWEST_OF_CATEGORY, MOST_CATEGORIES
from runners.monitor.columns import Column, coded_of, tally
from runners.monitor.places import places_of

Places = np.ndarray[Any, np.dtype[np.uint8]]
Shares = np.ndarray[Any, np.dtype[np.float64]]

_DECILES = tuple(part / 10 for part in range(1, 10))
_FINE = (0.01, 0.025, 0.05, *_DECILES, 0.95, 0.975, 0.99)
_MANY = 1_000
"""Rows of a window from which on there are enough at the ends of numbers."""
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """How a column is parted: the names of its parts, and which of them the reference never held.

    `share` is what each part has of the reference's rows; the last part is missing values.
    """

    column: Column
    names: tuple[str, ...]
    alien: frozenset[int]
    share: Shares
    edges: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()

    def places(self, values: "pd.Series[Any]") -> Places:
        """Return the part of each value."""
        missing = len(self.names) - 1
        if self.column.kind == "number":
            numbers = values.to_numpy(float)
            found: Places = places_of(numbers, self.edges)
            found[np.isnan(numbers)] = missing
            return found
        place = {name: at for at, name in enumerate(self.categories)}
        codes, distinct = coded_of(values)
        others, unseen = missing - 2, missing - 1
        told = [place.get(name, others if name in self.known else unseen) for name in distinct]
        return np.asarray(np.array([*told, missing], dtype=np.uint8)[codes])

    def shares(self, places: Places, weights: Any = None) -> Shares:
        """Return what each part has of some rows, which may weigh unlike."""
        counts = np.bincount(places, weights, minlength=len(self.names)).astype(float)
        return np.asarray(counts / max(counts.sum(), 1e-300), float)


def parts_of(reference: "pd.Series[Any]", column: Column, rows: int) -> Parts | None:
    """Part a column by the rows of the reference; None where none of them has a value.

    Args:
        reference: the column of the reference.
        column: which it is.
        rows: of the window; where they are many, the ends of numbers are parted more finely.
    """
    values = reference.dropna()
    if values.empty:
        return None
    levels = _FINE if rows >= _MANY else _DECILES
    parts = _of_numbers(values, column, levels) if column.kind == "number" else _of_categories(values, column)
    return replace(parts, share=parts.shares(parts.places(reference)))


def _of_numbers(values: "pd.Series[Any]", column: Column, levels: Sequence[float]) -> Parts:
    """Part numbers at quantiles, where one that is several of them is a part by itself."""
    numbers = values.to_numpy(float)
    least, most = float(numbers.min()), float(numbers.max())
    cuts, times = np.unique(np.quantile(numbers, levels, method="inverted_cdf"), return_counts=True)
    with np.errstate(over="ignore"):  # below the least double is none
        repeated, below = np.nextafter(cuts[times > 1], -np.inf), float(np.nextafter(least, -np.inf))
    inner = [edge for edge in np.union1d(cuts, repeated).tolist() if least < edge < most]
    edges = (below, *inner, most)
    shown = [f"{end:.6g}" for end in (least, *inner, most)]
    ranges = [low if low == high else f"{low} to {high}" for low, high in pairwise(shown)]
    names = (f"below {shown[0]}", *ranges, f"above {shown[-1]}", "missing")
    return Parts(column, names, frozenset({0, len(names) - 2}), np.zeros(0), edges)


def _of_categories(values: "pd.Series[Any]", column: Column) -> Parts:
    counts = tally(values)
    categories = tuple(str(name) for name in counts[counts >= FEWEST_OF_CATEGORY].index[:MOST_CATEGORIES])
    names = (*(_shown(name) for name in categories), "rarer values", "values that the test rows don't hold", "missing")
    known = frozenset(map(str, counts.index))
    return Parts(column, names, frozenset({len(names) - 2}), np.zeros(0), (), categories, known)


def _shown(name: str) -> str:
    short = " ".join(name.split())
    return short if len(short) <= _LONGEST else f"{short[: _LONGEST - 1]}…"
