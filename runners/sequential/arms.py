"""Which of two arms has the larger mean, where chance deals the units out: an A/B test, however often one looks.

Each unit gives an unbiased estimate of the difference of both means, whatever came before: its value, less the mean of
all values before it, over the probability of its arm, and negative in the first arm. So the bounds of the mean of these
estimates (`confidence`) are bounds of the difference, after each unit at once (Howard et al., 2021,
https://doi.org/10.1214/20-AOS1991, section 4.2; the bounds are those of Waudby-Smith & Ramdas, 2024). Only the dealing
has to be by chance: values may drift, as long as they do in both arms.

That the dealing was as stated is tested beside it, from the counts alone: the evidence that a share is another one, by
a Beta prior around it (Lindon & Malek, 2022, https://arxiv.org/abs/2011.03567, of two arms).
"""

from dataclasses import dataclass, field
from math import lgamma, log

import numpy as np

from runners.sequential.bounded import Floats, Values, checked, probability
from runners.sequential.confidence import Confidence, Horizon, followed

PRIOR = 100.0
"""Units that the prior of a share counts as: shares that differ by a twentieth or more are found soonest."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is stated of a test before its first unit; the same for all units."""

    share: float
    """The probability of the second arm."""
    effect: float
    """The difference, of values between 0 and 1, that it is planned to find."""
    error: float
    """The probability with which the difference is ever below the lower bound; and the one for the upper bound."""
    most: int
    """Units of both arms after which it ends."""

    @property
    def span(self) -> float:
        """Return half the width of the estimates of a unit: they are from -1 / span to 1 / span."""
        return min(self.share, 1.0 - self.share)


@dataclass(frozen=True, slots=True)
class Arms:
    """What is known after some units."""

    units: tuple[int, int] = (0, 0)
    totals: tuple[float, float] = (0.0, 0.0)
    difference: Confidence = field(default_factory=Confidence)
    """Of the estimates, brought between 0 and 1."""

    @property
    def means(self) -> tuple[float | None, float | None]:
        """Return the mean of each arm; None of one without a unit."""
        first, second = (total / count if count else None for total, count in zip(self.totals, self.units, strict=True))
        return first, second


def compared(former: Arms, seconds: Values, values: Values, design: Design) -> Arms:
    """Return what is known after more units; those above the most that are stated count for nothing.

    Args:
        former: what was known before.
        seconds: 1 for a unit of the second arm, 0 for one of the first, shape [units].
        values: from 0 to 1, shape [units], in an order that doesn't depend on them.
        design: what was stated.

    Raises:
        ValueError: a value isn't between 0 and 1, an arm is neither, or there aren't as many.
    """
    probability(design.share, "the share of the second arm")
    arms, told = checked(seconds), checked(values)
    if len(arms) != len(told) or not np.isin(arms, (0.0, 1.0)).all():
        raise ValueError("give an arm, 0 or 1, and a value of each unit")
    left = max(0, design.most - sum(former.units))
    arms, told = arms[:left], told[:left]
    if not len(told):
        return former
    horizon = Horizon(design.effect * design.span / 2.0, design.most)
    bounds = followed(former.difference, _estimates(former, arms, told, design), design.error, horizon)
    seen, total = int(arms.sum()), float(told[arms > 0].sum())
    units = (former.units[0] + len(arms) - seen, former.units[1] + seen)
    totals = (former.totals[0] + float(told.sum()) - total, former.totals[1] + total)
    return Arms(units, totals, bounds)


def _estimates(former: Arms, arms: Floats, values: Floats, design: Design) -> Floats:
    """Return an estimate of the difference by each unit, brought between 0 and 1."""
    before = sum(former.totals) + np.concatenate([[0.0], np.cumsum(values)[:-1]])
    usual = (0.5 + before) / (1.0 + sum(former.units) + np.arange(len(values)))
    signed = np.where(arms > 0, 1.0 / design.share, -1.0 / (1.0 - design.share))
    estimates: Floats = np.clip(0.5 + signed * (values - usual) * design.span / 2.0, 0.0, 1.0)
    return estimates


def bounds_of(state: Arms, design: Design) -> tuple[float, float]:
    """Return the bounds of the difference, second less first; each holds after all units at once."""
    low, high = ((2.0 * end - 1.0) / design.span for end in (state.difference.low, state.difference.high))
    return max(-1.0, low), min(1.0, high)


def mismatch(counts: tuple[int, int], share: float) -> float:
    """Return the logarithm of the evidence, in nats, that units of two arms aren't dealt out by the stated share.

    Its exponential is 1 on average where they are, and is ever above 1 / rate with at most the probability `rate`.

    Args:
        counts: units of the first and of the second arm.
        share: the stated probability of the second.
    """
    first, second = counts
    one, other = PRIOR * (1.0 - probability(share, "the share of the second arm")), PRIOR * share
    together = _beta(one + first, other + second) - _beta(one, other)
    return together - first * log(1.0 - share) - second * log(share)


def _beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)
