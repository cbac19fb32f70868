"""Bets on values between 0 and 1 that their mean isn't above a number.

A bet pays 1 + stake x (value - number) for 1: on average no more than 1 while the mean, given all that came before, is
at most the number (Waudby-Smith & Ramdas, 2024, https://doi.org/10.1093/jrsssb/qkad009). Which stake grows quickest
depends on a change that nobody knows: ten are played side by side, each half of the one before.
"""

import numpy as np
from numpy.typing import NDArray

from runners.sequential.bounded import Floats, probability

SHARES = 0.9 * 0.5 ** np.arange(10)
"""The stakes as shares of the largest one, 1 / number: with that, one value of 0 would lose everything for good."""
STEPS = 24


def returns(values: Floats, number: float) -> NDArray[np.float64]:
    """Return the logarithms of what each bet pays; shape [rows, stakes].

    Args:
        values: from 0 to 1, shape [rows].
        number: the mean is at most this while nothing has changed.
    """
    if number >= 1.0:
        return np.zeros((len(values), len(SHARES)))
    above: NDArray[np.float64] = (values / max(number, 1e-9) - 1.0)[:, None]
    return np.log1p(SHARES * above)


def upper_bound(values: Floats, error: float) -> float:
    """Return a bound that the mean is above with a probability of at most `error`.

    It is the bound of Waudby-Smith and Ramdas for so many rows: the least number that bets on the mean being less than
    it refute. Rows are taken in their order; all have the same mean.

    Args:
        values: from 0 to 1, shape [rows]; without any, the bound is 1.
        error: the probability.
    """
    probability(error, "the error")
    if not len(values):
        return 1.0
    count = np.arange(1, len(values) + 1)
    means = (0.5 + np.cumsum(values)) / (count + 1)
    spread = (0.25 + np.cumsum((values - means) ** 2)) / (count + 1)
    known = np.concatenate([[0.25], spread[:-1]])
    stakes = np.minimum(0.9, np.sqrt(2.0 * np.log(1.0 / error) / (len(values) * known)))
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        refuted = np.cumsum(np.log1p(stakes * (middle - values))).max() >= np.log(1.0 / error)
        low, high = (low, middle) if refuted else (middle, high)
    return high
