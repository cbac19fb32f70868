"""Samples of continuous intervals: few points that cover a space evenly, the same ones for ever.

A Halton sequence (Halton 1960, Numerische Mathematik 2, 84-90) whose digits are scrambled (Owen 2017, "A randomized
Halton algorithm in R", https://arxiv.org/abs/1706.02808): each digit of each dimension is replaced by a permutation of
its own, drawn by the seed. As it was, the sequence runs in step in the dimensions of large primes: of its first 16
points the eleventh and the twelfth coordinates are all but equal. A larger budget adds points and keeps the former
ones, so that no trial that was run is run again.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
MOST_DIMENSIONS = len(_PRIMES)
"""Above these the sequence no longer covers the space at the sizes that budgets have."""
_FINEST = 2**48
"""Cells into which the digits of a coordinate divide the interval; points have numbers far below it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """`low <= x < high`; `log` spreads samples evenly over magnitudes, `whole` rounds them down."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def at(self, share: float) -> float | int:
        """Return the point at a share (0 to 1) of the interval, to six significant digits."""
        ratio = self.high / self.low if self.log else 1.0
        value = self.low * ratio**share if self.log else self.low + (self.high - self.low) * share
        if self.whole:
            return int(value // 1)
        return min(max(float(f"{value:.6g}"), self.low), self.high)


def shares(index: int, dimension: int, seed: int) -> float:
    """Return the coordinate (0 to 1) of a point, counted from 0, in a dimension."""
    base, (digits, rest) = _PRIMES[dimension], _scramble(dimension, seed)
    value, width, place = 0.0, 1.0, 0
    while index:
        index, digit = divmod(index, base)
        width /= base
        value += digits[place][digit] * width
        place += 1
    return value + rest[place]


@lru_cache(maxsize=256)
def _scramble(dimension: int, seed: int) -> tuple[tuple[tuple[int, ...], ...], tuple[float, ...]]:
    """Return the permutation of each digit, and what the zeros come to that follow a number's last digit.

    Zeros without end are scrambled, too: else all points would lie at the lower ends of their cells.
    """
    base = _PRIMES[dimension]
    places = next(count for count in range(1, 64) if base**count >= _FINEST)
    digits = tuple(_permutation(base, f"{seed}/{dimension}/{place}") for place in range(places))
    rest = [0.0]
    for place in reversed(range(places)):
        rest.append(rest[-1] + digits[place][0] * float(base) ** -(place + 1))
    return digits, tuple(reversed(rest))


def _permutation(base: int, key: str) -> tuple[int, ...]:
    """Put the digits of a base in an order that looks like chance: that of their hashes, the same on every machine."""
    return tuple(sorted(range(base), key=lambda digit: hashlib.sha256(f"{key}/{digit}".encode()).digest()))
