"""Counts of whole numbers: of each of them while few differ, in bins of a width of a power of two beyond that.

The width is the smallest by which no more than `MOST` bins hold something; so a tally is a function of the numbers
alone: in whatever order they come, and however they are cut, it is the same.
"""

from dataclasses import dataclass

import numpy as np

from runners.tables.summary.hashes import Keys

MOST = 8192
"""Numbers, or bins of them, that are counted one by one."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Bins by their number, in order, and how many values each holds: bin n begins with n * 2**shift."""

    bins: Keys
    counts: Keys
    shift: int = 0

    @property
    def is_exact(self) -> bool:
        """Tell whether each bin is one number."""
        return self.shift == 0

    @property
    def total(self) -> int:
        """Return how many values were counted."""
        return int(self.counts.sum())

    @property
    def lowest(self) -> Keys:
        """Return the lowest number that each bin may hold."""
        return self.bins << self.shift

    @property
    def highest(self) -> Keys:
        """Return the highest number that each bin may hold."""
        return self.lowest + ((1 << self.shift) - 1)

    def merged(self, other: "Tally") -> "Tally":
        """Return the tally of both."""
        shift = max(self.shift, other.shift)
        bins = np.concatenate([self.bins >> (shift - self.shift), other.bins >> (shift - other.shift)])
        counts = np.concatenate([self.counts, other.counts])
        order = np.argsort(bins, kind="stable")
        return _fitted(*_joined(bins[order], counts[order]), shift)


NOTHING = Tally(np.zeros(0, np.int64), np.zeros(0, np.int64))
"""The tally of no number."""


def tally_of(keys: Keys) -> Tally:
    """Count whole numbers."""
    if not keys.size:
        return NOTHING
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return _fitted(ordered[starts], np.diff(starts, append=len(ordered)), 0)


def _joined(bins: Keys, counts: Keys) -> tuple[Keys, Keys]:
    """Join the neighbours that are the same bin."""
    if not bins.size:
        return bins, counts
    starts = np.flatnonzero(np.concatenate([[True], bins[1:] != bins[:-1]]))
    return bins[starts], np.add.reduceat(counts, starts)


def _fitted(bins: Keys, counts: Keys, shift: int) -> Tally:
    """Widen the bins until they are few enough: two neighbours fall together once their highest differing bit does."""
    if len(bins) <= MOST:
        return Tally(bins, counts, shift)
    differing = (bins[1:] ^ bins[:-1]).view(np.uint64)
    place = len(differing) - MOST
    more = int(np.partition(differing, place)[place]).bit_length()
    return Tally(*_joined(bins >> more, counts), shift + more)
