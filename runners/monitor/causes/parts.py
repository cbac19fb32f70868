"""Parts of a column: ranges between deciles, or categories; and what the reference never held, and what is missing.

Numbers beyond the reference's ends, categories that it doesn't hold and missing values are parts of their own: what
was broken on the way shows there.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.binning import MOST_CATEGORIES, Binning, binning
from runners.monitor.columns import Column, coded_of, tally
from runners.monitor.places import places_of

Places = np.ndarray[Any, np.dtype[np.uint8]]
Shares = np.ndarray[Any, np.dtype[np.float64]]

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


def parts_of(reference: "pd.Series[Any]", column: Column) -> Parts | None:
    """Part a column by the rows of the reference; None where none of them has a value."""
    bins = binning(reference, column)
    if bins is None:
        return None
    parts = _of_numbers(reference, column, bins) if column.kind == "number" else _of_categories(reference, column, bins)
    share = parts.shares(parts.places(reference))
    return Parts(column, parts.names, parts.alien, share, parts.edges, parts.categories, parts.known)


def _of_numbers(reference: "pd.Series[Any]", column: Column, bins: Binning) -> Parts:
    least, most = float(reference.min()), float(reference.max())
    inner = [edge for edge in bins.edges if least < edge < most]
    edges = (float(np.nextafter(least, -np.inf)), *inner, most)
    ends = [least, *inner, most]
    ranges = [low if low == high else f"{low} to {high}" for low, high in pairwise([f"{end:.6g}" for end in ends])]
    names = (f"below {least:.6g}", *ranges, f"above {most:.6g}", "missing")
    return Parts(column, names, frozenset({0, len(names) - 2}), np.zeros(0), edges)


def _of_categories(reference: "pd.Series[Any]", column: Column, bins: Binning) -> Parts:
    categories = tuple(str(name) for name in (bins.names or ())[:MOST_CATEGORIES])
    names = (*(_shown(name) for name in categories), "rarer values", "values that the test rows don't hold", "missing")
    known = frozenset(map(str, tally(reference).index))
    return Parts(column, names, frozenset({len(names) - 2}), np.zeros(0), (), categories, known)


def _shown(name: str) -> str:
    short = " ".join(name.split())
    return short if len(short) <= _LONGEST else f"{short[: _LONGEST - 1]}…"
