"""Coverage: intervals and sets that hold the truth in a stated share of rows, by split conformal prediction.

Rows that a model didn't learn from tell how far it is off; no further than so many of them is an interval about a
number (Lei et al., "Distribution-Free Predictive Inference for Regression", 2018, https://arxiv.org/abs/1604.04173),
or a set of classes, those that aren't less probable than the true classes of these rows were (Sadinle, Lei & Wasserman,
"Least Ambiguous Set-Valued Classifiers with Bounded Error Levels", 2019, https://arxiv.org/abs/1609.00451). The share
is that of rows like those that were calibrated on, in whatever order, and of no row in particular.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LOWER, UPPER, SET = "lower", "upper", "set"
"""What is answered beside a prediction."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far from a prediction the truth may be.

    `share` is the stated share of rows, `limits` are the largest distances of a number, or one less the least
    probability of a class: one for all, or one for each class or for the predicted numbers up to each of the `cuts`,
    and above. `rows` were calibrated on, in so many `groups` where rows that belong together were split together.
    """

    share: float
    limits: tuple[float, ...]
    rows: int
    groups: int | None = None
    cuts: tuple[float, ...] = ()

    @classmethod
    def from_told(cls, told: Any) -> Self:
        """Read what a signature tells.

        Raises:
            KeyError: something is missing.
            ValueError: it is none.
        """
        limits = tuple(float(one) for one in told["limits"])
        cuts = tuple(float(one) for one in told["cuts"])
        groups = told.get("groups")
        if not limits or not all(np.isfinite(limits)) or not 0 < float(told["share"]) < 1:
            raise ValueError("its coverage has a share and finite limits")
        if not all(np.isfinite(cuts)) or list(cuts) != sorted(set(cuts)) or (cuts and len(limits) != len(cuts) + 1):
            raise ValueError("its coverage has cuts in their order, and a limit for each and above")
        return cls(float(told["share"]), limits, int(told["rows"]), None if groups is None else int(groups), cuts)


def bounds(numbers: Array, coverage: Coverage) -> tuple[Array, Array]:
    """Return the lower and the upper end for each predicted number."""
    limits = np.array(coverage.limits)[places(numbers, coverage.cuts)]
    return numbers - limits, numbers + limits


def places(numbers: Array, cuts: tuple[float, ...]) -> Array:
    """Return between which cuts each predicted number is; one that is equal to a cut is below it."""
    found: Array = np.searchsorted(np.array(cuts), numbers)
    return found


def within(scores: Array, coverage: Coverage) -> Array:
    """Return which classes are in the set of each row [N, classes], by their probabilities; the likeliest always is."""
    has: Array = 1 - scores <= np.array(coverage.limits)
    has[np.arange(len(scores)), scores.argmax(axis=1)] = True
    return has
