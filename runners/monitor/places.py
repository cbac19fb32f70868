"""The places of numbers among a few edges: of a million of them in some milliseconds."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

_BLOCK = 16_384
"""Numbers that are looked at at once, so that they stay in the processor's cache."""


def places_of(numbers: Any, edges: Sequence[float]) -> Any:
    """Return how many edges lie below each number; NaN is at 0.

    It asks about each edge in turn, which for so few of them takes a tenth of what searching takes.
    """
    assert len(edges) < 256
    found = np.zeros(len(numbers), dtype=np.uint8)
    for first in range(0, len(numbers), _BLOCK):
        part, counts = numbers[first : first + _BLOCK], found[first : first + _BLOCK]
        ends = part.min(), part.max()
        below, last = (0, len(edges)) if np.isnan(ends[0]) else (bisect_left(edges, end) for end in ends)
        counts += below
        for edge in edges[below:last]:
            counts += part > edge
    return found


def counted(numbers: Any, edges: Sequence[float]) -> list[int]:
    """Return how many numbers are at each place; NaN is at none."""
    above = np.zeros(len(edges), dtype=np.int64)
    known = len(numbers)
    for first in range(0, len(numbers), _BLOCK):
        part = numbers[first : first + _BLOCK]
        known -= int(np.count_nonzero(np.isnan(part)))
        above += np.array([np.count_nonzero(part > edge) for edge in edges], dtype=np.int64)
    return [more - less for more, less in pairwise([known, *above.tolist(), 0])]
