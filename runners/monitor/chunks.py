"""Chunks: rows in the order of time, cut into pieces whose figures are points of a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

SMALLEST = 30
"""Rows below which a chunk's figures are noise."""
FEWEST, FEWEST_OF_REFERENCE = 3, 6
"""Chunks that the window and the reference are cut into, at least."""
NEWEST = 3
"""Chunks that are judged together, as the newest."""


@dataclass(frozen=True, slots=True)
class Series:
    """A figure over chunks: of the reference, and of the window in the order of time; None where there is none.

    `lower` and `upper` are the limits beyond which a chunk is unusual; `errors` is one standard error for each chunk of
    the window.
    """

    reference: tuple[float | None, ...]
    now: tuple[float | None, ...]
    lower: float | None = None
    upper: float | None = None
    errors: tuple[float | None, ...] = ()

    def beyond(self) -> tuple[bool, ...]:
        """Tell for each chunk of the window whether it lies beyond a limit."""
        return tuple(value is not None and self._is_beyond(value) for value in self.now)

    def _is_beyond(self, value: float) -> bool:
        above = self.upper is not None and value > self.upper
        return above or (self.lower is not None and value < self.lower)


def size_of(asked: int, rows: int, reference_rows: int) -> int:
    """Return how many rows make a chunk: what was asked, or less where that would leave too few chunks."""
    wanted = min(asked, rows // FEWEST, reference_rows // FEWEST_OF_REFERENCE)
    return max(1, min(max(wanted, SMALLEST), rows, reference_rows))


def rows_of(rows: int, size: int) -> tuple[int, ...]:
    """Return how many rows each chunk has; the last one takes those that are left over."""
    count = max(1, rows // size)
    return (size,) * (count - 1) + (rows - size * (count - 1),)


def cut(values: Any, sizes: Sequence[int]) -> list[Any]:
    """Cut values into pieces of these sizes."""
    return [values[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]


def mean(values: Sequence[float | None], weights: Sequence[float] | None = None) -> float | None:
    """Return the mean of the values that are there, weighted by the rows of their chunks; None of none."""
    pairs = [(v, w) for v, w in zip(values, weights or [1.0] * len(values), strict=True) if v is not None and w > 0]
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total else None
