"""How often texts or truths occur: each of them while few differ, those that occur often beyond that.

Beyond that it is the summary of Misra & Gries (1982), merged as by Agarwal et al., "Mergeable summaries" (2012): a
value occurs at least as often as is told, and at most `lost` times more; one that isn't told occurs at most `lost`
times, which is never more than one in `MOST` rows where values are short.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from runners.tables.summary.hashes import Keys
from runners.tables.texts import bytes_of

MOST = 8192
"""Values that are counted one by one."""
MOST_BYTES = 2**20
"""Bytes of these values together."""


@dataclass(frozen=True, eq=False)
class Frequent:
    """Values, each once and in no order, how often each was counted, and how many times at most it was passed over."""

    values: Any
    counts: Keys
    lost: int = 0

    @property
    def is_exact(self) -> bool:
        """Tell whether every value is here, with its count."""
        return self.lost == 0

    def merged(self, other: "Frequent") -> "Frequent":
        """Return the counts of both."""
        coded = pa.concat_arrays([self.values, other.values]).dictionary_encode()
        weights = np.concatenate([self.counts, other.counts])
        codes = coded.indices.to_numpy(zero_copy_only=False)
        counts = np.bincount(codes, weights, len(coded.dictionary)).astype(np.int64)
        return _fitted(coded.dictionary, counts, self.lost + other.lost)

    def top(self, most: int) -> list[tuple[Any, int]]:
        """Return the most frequent values with their counts; ties in the order of the values."""
        places = self._largest(most)
        told = zip(self.values.take(pa.array(places)).to_pylist(), self.counts[places].tolist(), strict=True)
        return sorted(told, key=lambda one: (-one[1], one[0]))[:most]

    def _largest(self, most: int) -> Keys:
        """Return the places of the largest counts, and of those that tie with the least of them."""
        if len(self.counts) <= most:
            return np.arange(len(self.counts))
        least = np.partition(self.counts, len(self.counts) - most)[len(self.counts) - most]
        return np.flatnonzero(self.counts >= least)


def frequent_of(coded: Any) -> Frequent:
    """Count the values of a dictionary array without missing ones."""
    codes = coded.indices.to_numpy(zero_copy_only=False)
    return _fitted(coded.dictionary, np.bincount(codes, minlength=len(coded.dictionary)), 0)


def _fitted(values: Any, counts: Keys, lost: int) -> Frequent:
    """Take from every count what the first value has that finds no room, and drop those of which nothing is left."""
    if len(values) <= MOST and _bytes(values).sum() <= MOST_BYTES:
        return Frequent(values, counts, lost)
    order = np.argsort(-counts, kind="stable")
    fits = np.cumsum(_bytes(values)[order]) <= MOST_BYTES
    fits[MOST:] = False
    passed = int(counts[order[int(np.argmin(fits))]])
    stay = np.flatnonzero(counts > passed)
    return Frequent(values.take(pa.array(stay)), counts[stay] - passed, lost + passed)


def _bytes(values: Any) -> Keys:
    if not pa.types.is_string(values.type):
        return np.ones(len(values), np.int64)
    return bytes_of(values)[1]
