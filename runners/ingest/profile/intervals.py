"""Intervals of 95 % for shares and for associations, in closed form: nothing is drawn."""

import math
from collections.abc import Sequence
from statistics import NormalDist

Z = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal distribution."""
Interval = tuple[float, float]


def of_share(hits: int, rows: int) -> Interval:
    """Return the interval of a share that was seen in so many rows (Wilson, 1927)."""
    if not rows:
        return 0.0, 1.0
    share, weight = hits / rows, Z * Z / rows
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / rows + weight / (4 * rows)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def of_association(value: float, rows: float, z: float = Z) -> Interval:
    """Return the interval of a measure of association, by Fisher's transformation (1921).

    For correlations of numbers it's the usual one; for the correlation ratio it holds where rows are many. `z` is how
    many standard deviations it has on either side.
    """
    if rows < 4:
        return (-1.0, 1.0) if value < 0 else (0.0, 1.0)
    if abs(value) >= 1:
        return value, value
    middle, half = math.atanh(value), z / math.sqrt(rows - 3)
    return math.tanh(middle - half), math.tanh(middle + half)


def of_classes(value: float, rows: int) -> Interval:
    """Return the interval of Cramér's V, whose variance is at most that of two even classes: (1 - V²) / rows."""
    return of_association(value, max(4.0, rows * (1 - value * value)))


def of_two_classes(value: float, counts: Sequence[int]) -> Interval:
    """Return the interval of a correlation of numbers with two classes of such sizes (Tate, 1954)."""
    rows = sum(counts)
    even = math.prod(counts) / rows**2 if rows else 0.0
    if not even:
        return of_association(value, 0)
    squared = value * value
    return of_association(value, rows / (1 - 1.5 * squared + squared / (4 * even)))


def of_ranks(value: float, rows: int, z: float = Z) -> Interval:
    """Return the interval of Spearman's correlation (Bonett and Wright, 2000)."""
    return of_association(value, 3 + (rows - 3) / (1 + value * value / 2) if rows > 3 else rows, z)


def of_table(value: float, rows: int, z: float = Z) -> Interval:
    """Return the interval of Cramér's V by its scores, as Wilson's is for a share: near 1, `of_classes` is too wide.

    It holds each V of which the one that was seen lies within so many standard deviations, √((1 - V²) / rows) at most.
    """
    if not rows:
        return 0.0, 1.0
    weight = z * z / rows
    half = math.sqrt(weight * max(0.0, 1 + weight - value * value))
    return max(0.0, (value - half) / (1 + weight)), min(1.0, (value + half) / (1 + weight))


def widened(tests: int, level: float = 0.05) -> float:
    """Return how many standard deviations intervals need on either side to hold all at once (Bonferroni)."""
    return NormalDist().inv_cdf(1 - level / (2 * max(1, tests)))
