"""Narrowing: how a column's values become the 32 bits that estimators take, and can be told apart as before.

A time in seconds, a key or a price in a weak currency is large, and differs little: in 32 bits, neighbours would be one
value. So whatever a column's values have in common is subtracted in 64 bits first, and what is too large or too small
for 32 bits is scaled by a power of two. Both become part of the exported model.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[Any]
FAR = 64
"""A column whose middle is so many times its spread away from zero is moved there."""
SMALL, LARGE = -16, 60
"""Powers of two between which a column's largest value is left as it is; others are scaled to about one."""
LIMIT = 2.0**100
"""The largest number that an estimator is given: there is room to scale it."""
MERGED = 0.01
"""Share of a column's different values that may become one before somebody is told."""
_LEAST, _MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A value x becomes (x - offset) * scale, in 64 bits; then it is rounded to 32. The offset of integers is one."""

    offset: int | float = 0
    scale: float = 1.0

    @property
    def is_idle(self) -> bool:
        """Tell whether values stay as they are."""
        return self.offset == 0 and self.scale == 1

    @property
    def bounds(self) -> tuple[int, int]:
        """Return the integers between which subtracting the offset stays within 64 bits; others count as these."""
        return max(_LEAST, _LEAST + int(self.offset)), min(_MOST, _MOST + int(self.offset))

    def moved(self, values: Array) -> Array:
        """Return values as doubles, moved and scaled."""
        if values.dtype.kind in "ib" and self.offset:
            values = np.clip(values, *self.bounds) - self.offset
        elif self.offset:
            values = values.astype(np.float64) - self.offset
        return values.astype(np.float64) * self.scale

    def narrow(self, values: Array) -> Array:
        """Return values in 32 bits; those far beyond what was learned from count as `LIMIT`."""
        with np.errstate(over="ignore"):
            moved = self.moved(values)
        is_bounded = values.dtype == np.float64 or self.scale != 1
        return (np.clip(moved, -LIMIT, LIMIT) if is_bounded else moved).astype(np.float32)

    def widen(self, values: Array) -> Array:
        """Return where moved values came from."""
        return np.asarray(values, np.float64) / self.scale + self.offset


def narrowing_of(values: Array) -> Narrowing:
    """Find what some values, integers or floats of which some may be missing, have in common."""
    present = values[~np.isnan(values)] if values.dtype.kind == "f" else values.astype(np.int64)
    if not present.size:
        return Narrowing()
    middle = np.sort(present)[present.size // 2].item()
    with np.errstate(over="ignore"):
        away = np.abs(Narrowing(middle).moved(present))
        spread = float(np.median(away)) or float(away.mean())
        is_far = math.isfinite(spread) and abs(middle) > FAR * spread
        offset = middle if is_far else 0
        largest = float(np.abs(Narrowing(offset).moved(present)).max())
    return Narrowing(offset, _scale_for(largest))


def _scale_for(largest: float) -> float:
    """Return the power of two that brings a column's largest value near to one, where it is far from that."""
    _, exponent = math.frexp(largest)
    return 1.0 if SMALL <= exponent <= LARGE else math.ldexp(1.0, -max(min(exponent, 1022), -1023))


def merged(values: Array, narrowing: Narrowing) -> str:
    """Say how many different values of a column are the same to a model; nothing where they are few."""
    distinct = np.unique(values[~pd.isna(values)])
    left = len(np.unique(narrowing.narrow(distinct)))
    if left >= len(distinct) * (1 - MERGED):
        return ""
    return (
        f"of {len(distinct)} different values a model can tell {left} apart, as it keeps 24 bits of each: "
        "pull what matters in them as a column of its own"
    )
