"""Bins of a column: made of rows that nothing is counted in afterwards, so that a count in them is nobody's optimum.

Numbers are cut at the deciles, where a value that is a decile by itself several times over gets a bin of its own;
categories are the most frequent ones, and all others together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.columns import Column

Counts = np.ndarray[Any, np.dtype[np.int64]]

BINS, MOST_CATEGORIES, FEWEST_OF_CATEGORY = 10, 20, 2
OTHERS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Binning:
    """Where a column is cut: `edges` are the upper ends of the bins of numbers, `names` the categories with a bin."""

    edges: tuple[float, ...] = ()
    names: tuple[str, ...] | None = None

    def counts(self, values: "pd.Series[Any]") -> Counts:
        """Count the values in each bin; what is missing is in none."""
        known = values[values.notna().to_numpy()]
        bins = len(self.edges if self.names is None else self.names) + 1
        if self.names is None:
            return np.bincount(np.searchsorted(self.edges, known.to_numpy(float), side="left"), minlength=bins)
        codes, distinct = pd.factorize(known)
        place: Mapping[Any, int] = {name: at for at, name in enumerate(self.names)}
        places = np.array([place.get(name, bins - 1) for name in distinct], dtype=int)
        return np.bincount(places[codes], minlength=bins)


def binning(known: "pd.Series[Any]", column: Column) -> Binning | None:
    """Return the bins of a column; None where none of the rows has a value."""
    values = known.dropna()
    if values.empty:
        return None
    if column.kind == "category":
        counts = values.value_counts()
        return Binning(names=tuple(counts[counts >= FEWEST_OF_CATEGORY].index[:MOST_CATEGORIES]))
    deciles = np.quantile(values.to_numpy(float), np.arange(1, BINS) / BINS, method="inverted_cdf")
    edges, times = np.unique(deciles, return_counts=True)
    return Binning(edges=tuple(np.union1d(edges, np.nextafter(edges[times > 1], -np.inf)).tolist()))
