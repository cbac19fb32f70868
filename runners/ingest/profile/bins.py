"""Quantiles and histograms of counted numbers: exact where each was counted by itself, with a bound where bins were.

Within a bin the numbers are taken to lie evenly. So a quantile is off by the width of its bin at most, and a bar of a
histogram by as many rows as the bins hold that its two edges cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runners.tables.columns import ARROW
from runners.tables.summary.numbers import Numbers, values_of
from runners.tables.types import Type

BINS = 24
_HALVED = 2.0**52
"""Beyond this a float holds no halves, between which a whole number could have a bin."""
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Binned:
    """Ranges of numbers in their order, and how many lie in each; one number is a range of two equal ends."""

    lowest: Floats
    highest: Floats
    counts: Counts

    def quantiles(self, shares: Sequence[float]) -> tuple[list[float], float]:
        """Return quantiles by linear interpolation, as NumPy's are, and how far the worst may be off."""
        found = [self._quantile(share) for share in shares]
        return [value for value, _ in found], max(error for _, error in found)

    def _quantile(self, share: float) -> tuple[float, float]:
        place = (int(self.counts.sum()) - 1) * share
        before = int(np.floor(place))
        (low, low_error), (high, high_error) = self._at(before), self._at(int(np.ceil(place)))
        part, step = place - before, high - low
        value = low + step * part if part < 0.5 else high - step * (1 - part)
        return value, max(low_error, high_error)

    def _at(self, rank: int) -> tuple[float, float]:
        """Return the number of a rank, from 0, and how wide its range is."""
        ends = np.cumsum(self.counts)
        place = int(np.searchsorted(ends, rank, side="right"))
        low, high, count = float(self.lowest[place]), float(self.highest[place]), int(self.counts[place])
        within = (rank - int(ends[place]) + count + 0.5) / count
        return low + (high - low) * within, high - low

    def within(self, edges: Floats) -> tuple[list[int], int]:
        """Count the numbers between each two edges, the last included, and tell by how many a bar may be off."""
        if np.array_equal(self.lowest, self.highest):
            counts = np.histogram(self.lowest, edges, weights=self.counts)[0]
            return [round(count) for count in counts.tolist()], 0
        ends = np.cumsum(self.counts)
        places = np.column_stack([self.lowest, self.highest]).ravel()
        below = np.column_stack([ends - self.counts, ends]).ravel()
        reached = np.rint(np.interp(edges, places, below)).astype(np.int64)
        reached[0], reached[-1] = 0, ends[-1]
        return [int(count) for count in np.diff(reached)], self._cut(edges)

    def _cut(self, edges: Floats) -> int:
        inner = edges[1:-1]
        place = np.searchsorted(self.highest, inner)
        is_cut = (place < len(self.lowest)) & (self.lowest[np.minimum(place, len(self.lowest) - 1)] < inner)
        held = np.where(is_cut, self.counts[np.minimum(place, len(self.counts) - 1)], 0)
        return int((np.append(held, 0) + np.insert(held, 0, 0)).max())


def binned(numbers: Numbers, type_: Type) -> Binned:
    """Return the finite numbers of a column, or its moments in seconds since 1970; there is one at least."""
    assert numbers.extremes is not None
    least, most = numbers.extremes
    tally = numbers.tally
    ends = np.clip(tally.lowest, least, most), np.clip(tally.highest, least, most)
    lowest, highest = (_floats(keys, type_) for keys in ends)
    return Binned(lowest, highest, tally.counts)


def _floats(keys: Counts, type_: Type) -> Floats:
    if type_ == "number":
        numbers: Floats = values_of(keys, ARROW[type_]).to_numpy()
        return numbers
    return keys.astype(np.float64) / (1e6 if type_ == "datetime" else 1)


def edges_of(low: float, high: float, distinct: int, *, whole: bool) -> Floats:
    """Return the edges of a histogram; few whole numbers get a bin each."""
    if whole and high - low < BINS and max(abs(low), abs(high)) < _HALVED:
        return np.arange(low - 0.5, high + 1.5)
    # A range too narrow for its magnitude can't be divided: one bin then.
    bins = max(1, min(BINS, distinct)) if (high - low) > abs(high) * 1e-12 else 1
    return np.linspace(low, high if high > low else low + max(1.0, float(np.spacing(abs(low)))), bins + 1)
