"""Means and deviations of numbers, alone and in pairs, which join to those of the whole.

They are sums of floats: those of a table that was cut otherwise may differ in their last bits, never in their first ten
digits; what is told of them is rounded to these.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared deviations of numbers, with their extremes."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf

    @property
    def std(self) -> float:
        """Return the sample standard deviation, 0 below two values."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    def merged(self, other: "Moments") -> "Moments":
        """Join the moments of two disjoint sets of numbers.

        Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
        """
        if not other.count or not self.count:
            return self if self.count else other
        count, step = self.count + other.count, other.mean - self.mean
        return Moments(
            count,
            self.mean + step * other.count / count,
            self.squares + other.squares + step * step * self.count * other.count / count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )


def moments_of(numbers: Floats) -> Moments:
    """Return the moments of finite numbers."""
    if not numbers.size:
        return Moments()
    mean = float(numbers.mean())
    away = numbers - mean
    return Moments(numbers.size, mean, _product(away, away), float(numbers.min()), float(numbers.max()))


def _product(left: Floats, right: Floats) -> float:
    """Return the sum of products; `np.dot` would start threads for it."""
    return float(np.einsum("i,i->", left, right))


@dataclass(frozen=True)
class Comoments:
    """Count, means and sums of squares and products of the deviations of pairs of numbers."""

    count: int = 0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0

    def merged(self, other: "Comoments") -> "Comoments":
        """Join those of two disjoint sets of pairs."""
        if not other.count or not self.count:
            return self if self.count else other
        count, x, y = self.count + other.count, other.x - self.x, other.y - self.y
        share = self.count * other.count / count
        return Comoments(
            count,
            self.x + x * other.count / count,
            self.y + y * other.count / count,
            self.xx + other.xx + x * x * share,
            self.yy + other.yy + y * y * share,
            self.xy + other.xy + x * y * share,
        )


def comoments_of(x: Floats, y: Floats) -> Comoments:
    """Return the comoments of pairs, both of whose numbers are finite."""
    if not x.size:
        return Comoments()
    means = float(x.mean()), float(y.mean())
    left, right = x - means[0], y - means[1]
    return Comoments(x.size, *means, _product(left, left), _product(right, right), _product(left, right))
