"""Bins of a column: made of rows that nothing is counted in afterwards, so that a count in them is nobody's optimum.

Numbers are cut at the deciles, where a value that is a decile by itself several times over gets a bin of its own;
categories are the most frequent ones, and all others together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chunks import cut
from runners.monitor.columns import Column, coded_of, tally
from runners.monitor.places import counted, places_of

Counts = np.ndarray[Any, np.dtype[np.int64]]
Places = np.ndarray[Any, np.dtype[np.uint8]]

BINS, MOST_CATEGORIES, FEWEST_OF_CATEGORY = 10, 20, 2
OTHERS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Binning:
    """Where a column is cut: `edges` are the upper ends of the bins of numbers, `names` the categories with a bin."""

    edges: tuple[float, ...] = ()
    names: tuple[str, ...] | None = None

    def counts(self, values: "pd.Series[Any]", sizes: Sequence[int]) -> Counts:
        """Count the values in each bin, of pieces of so many rows; what is missing is in none."""
        if self.names is None:
            return np.array([counted(part, self.edges) for part in cut(values.to_numpy(float), sizes)])
        return np.array([self.counts_of(part) for part in cut(self.places(values), sizes)])

    @property
    def size(self) -> int:
        """Return how many bins there are."""
        return len(self.edges if self.names is None else self.names) + 1

    def places(self, values: "pd.Series[Any]") -> Places:
        """Return the bin of each value; what is missing is in one more, beyond the last."""
        if self.names is None:
            numbers = values.to_numpy(float)
            places: Places = places_of(numbers, self.edges)
            places[np.isnan(numbers)] = self.size
            return places
        place: Mapping[Any, int] = {name: at for at, name in enumerate(self.names)}
        codes, distinct = coded_of(values)
        found = [place.get(name, self.size - 1) for name in distinct]
        return np.asarray(np.array([*found, self.size], dtype=np.uint8)[codes])

    def counts_of(self, places: Places) -> Counts:
        """Count the values in each bin, by the bins of the values."""
        return np.bincount(places, minlength=self.size + 1)[: self.size]


def binning(known: "pd.Series[Any]", column: Column) -> Binning | None:
    """Return the bins of a column; None where none of the rows has a value."""
    values = known.dropna()
    if values.empty:
        return None
    if column.kind == "category":
        counts = tally(values)
        return Binning(names=tuple(counts[counts >= FEWEST_OF_CATEGORY].index[:MOST_CATEGORIES]))
    deciles = np.quantile(values.to_numpy(float), np.arange(1, BINS) / BINS, method="inverted_cdf")
    edges, times = np.unique(deciles, return_counts=True)
    return Binning(edges=tuple(np.union1d(edges, np.nextafter(edges[times > 1], -np.inf)).tolist()))
