"""Confidence sequences: bounds of a mean that hold after each row at once, not only after the last.

They are the empirical Bernstein bounds with weights that are told by the rows before (Waudby-Smith & Ramdas, 2024,
https://doi.org/10.1093/jrsssb/qkad009, theorem 2): in closed form, so that the state is a few sums. Each side holds for
itself with the error that is stated.
"""

from dataclasses import dataclass

import numpy as np

from runners.sequential.bounded import Floats, Values, checked, probability

LARGEST = 0.5
"""The largest weight of a row."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """What bounds are wanted for: to tell a mean apart that lies so far away, within so many rows.

    Bounds hold whatever it says. Near it they are about as narrow as those of the best fixed number of rows.
    """

    effect: float
    """The distance, of values between 0 and 1."""
    rows: int

    def weights(self, spread: Floats, log: float) -> Floats:
        """Return the weights that find the distance soonest, or within the rows, whichever are larger."""
        return np.maximum(self.effect / spread, np.sqrt(2.0 * log / (spread * self.rows)))


@dataclass(frozen=True, slots=True)
class Confidence:
    """Sums over all rows so far, and the bounds they gave; the bounds only get narrower."""

    rows: int = 0
    total: float = 0.0
    squares: float = 0.0
    """Of the differences to the means of the rows up to each."""
    weight: float = 0.0
    weighted: float = 0.0
    penalty: float = 0.0
    low: float = 0.0
    high: float = 1.0

    @property
    def mean(self) -> float | None:
        """Return the mean of all rows; None before the first."""
        return self.total / self.rows if self.rows else None


Bounds = tuple[float, float]


def followed(former: Confidence, values: Values, error: float, horizon: Horizon | None = None) -> Confidence:
    """Return sums and bounds after more rows.

    Args:
        former: those before.
        values: from 0 to 1, shape [rows], in the order of time.
        error: the probability with which the mean is ever below the lower bound; and the one for the upper bound.
        horizon: what they are wanted for, the same for all rows; without it, for any number of rows.

    Raises:
        ValueError: a value isn't between 0 and 1.
    """
    rows, log = checked(values), float(np.log(1.0 / probability(error, "the error")))
    if not len(rows):
        return former
    count = former.rows + np.arange(1, len(rows) + 1, dtype=np.float64)
    totals = former.total + np.cumsum(rows)
    means = (0.5 + totals) / (count + 1)
    squares = former.squares + np.cumsum((rows - means) ** 2)
    known = (0.5 + totals - rows) / count
    spread = (0.25 + np.concatenate([[former.squares], squares[:-1]])) / count
    planned = horizon.weights(spread, log) if horizon else np.sqrt(2.0 * log / (spread * count * np.log1p(count)))
    weights = np.minimum(LARGEST, planned)
    weight = former.weight + np.cumsum(weights)
    weighted = former.weighted + np.cumsum(weights * rows)
    penalty = former.penalty + np.cumsum((rows - known) ** 2 * (-np.log1p(-weights) - weights))
    middle, margin = weighted / weight, (log + penalty) / weight
    low, high = max(former.low, float((middle - margin).max())), min(former.high, float((middle + margin).min()))
    total, square, sums, shares, lost = (float(one[-1]) for one in (totals, squares, weight, weighted, penalty))
    return Confidence(former.rows + len(rows), total, square, sums, shares, lost, low, high)
