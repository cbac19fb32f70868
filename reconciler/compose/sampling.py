"""Samples of continuous intervals: few points that cover a space evenly, the same ones for ever.

A Halton sequence (Halton 1960, Numerische Mathematik 2, 84-90) with a rotation by the seed (Cranley and Patterson
1976, SIAM J. Numer. Anal. 13, 904-914). A larger budget adds points and keeps the former ones, so that no trial that
was run is run again.
"""

import hashlib
from dataclasses import dataclass

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
MOST_DIMENSIONS = len(_PRIMES)
"""Above these the sequence no longer covers the space at the sizes that budgets have."""


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
    word = hashlib.sha256(f"{seed}/{dimension}".encode()).digest()
    rotation = int.from_bytes(word[:8], "big") / 2**64
    return (_radical_inverse(index + 1, _PRIMES[dimension]) + rotation) % 1.0


def _radical_inverse(number: int, base: int) -> float:
    """Mirror a number's digits at the point: 6 = 110 in base 2 becomes 0.011 = 0.375."""
    value, place = 0.0, 1.0
    while number:
        number, digit = divmod(number, base)
        place /= base
        value += digit * place
    return value
