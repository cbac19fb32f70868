"""How many values differ, where they are too many to be kept: the smallest of their hashes tell.

The sketch of the k smallest (Bar-Yossef et al., 2002; Beyer et al., 2007) is a function of the set of values: in
whatever order they come, and however they are cut, it is the same. Its relative standard error is 1/√(k - 2).
"""

from dataclasses import dataclass

import numpy as np

from runners.tables.summary.hashes import Hashes

KEPT = 4096
"""Hashes that are kept: 32 KiB, for a relative standard error of 1.6%."""
ERROR = 0.05
"""The relative error of an estimate that fewer than one in 500 exceeds: 3.1 standard errors."""


@dataclass(frozen=True, eq=False)
class Distinct:
    """The smallest hashes of a set of values, in their order."""

    hashes: Hashes

    @property
    def estimate(self) -> int:
        """Return how many values there are: exactly where they are fewer than are kept."""
        if len(self.hashes) < KEPT:
            return len(self.hashes)
        return round((KEPT - 1) * 2.0**64 / (float(self.hashes[-1]) + 1))

    def merged(self, other: "Distinct") -> "Distinct":
        """Return the sketch of both sets."""
        return distinct_of(np.concatenate([self.hashes, other.hashes]))


def distinct_of(hashes: Hashes) -> Distinct:
    """Make the sketch of some hashes, of which several may be the same."""
    if len(hashes) > 4 * KEPT:  # most of them are too large, and need not be sorted
        small = _unique(hashes[hashes < np.uint64(2**64 // len(hashes) * 2 * KEPT)])
        if len(small) >= KEPT:
            return Distinct(small[:KEPT].copy())
    return Distinct(_unique(hashes)[:KEPT].copy())


def _unique(hashes: Hashes) -> Hashes:
    """Return each hash once, in their order; where most differ, sorting is faster than NumPy's table of hashes."""
    ordered = np.sort(hashes)
    found: Hashes = ordered[np.concatenate([np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1]])]
    return found
