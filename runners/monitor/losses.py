"""What is expected of a metric on rows that weigh unlike, without their outcomes, and how much each row adds to it.

Of classes it is confidence-based estimation, from calibrated probabilities of the window's rows, as the report's own
figures are; or what the reference's rows were, weighed as the window's are spread, which of numbers is the only way.
Both hold while outcomes follow from the columns as they did.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan, sqrt
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pandas as pd

from runners.monitor.calibration import calibration
from runners.monitor.performance import FEWEST_KNOWN, TARGET
from runners.monitor.reference import OF_CLASS, PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import Answers

Numbers = np.ndarray[Any, np.dtype[np.float64]]

ROOTS = MappingProxyType({"rmse": "mse", "rmsle": "msle"})
LOSSES: Mapping[str, Callable[[Numbers, Numbers], Numbers]] = MappingProxyType(
    {
        "mae": lambda told, known: np.abs(told - known),
        "mse": lambda told, known: (told - known) ** 2,
        "mape": lambda told, known: np.abs(told - known) / np.maximum(np.abs(known), np.finfo(float).eps),
        "msle": lambda told, known: (np.log1p(np.maximum(told, 0)) - np.log1p(np.maximum(known, 0))) ** 2,
    }
)


class Expected(Protocol):
    """What is expected of a metric on some rows."""

    def value(self, weights: Numbers) -> float:
        """Return the metric on rows of these weights."""

    def influence(self) -> Numbers:
        """Return what each row adds to the metric on rows of equal weights; the mean of it is 0."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A metric that is a sum over rows by another one, or the root of that: all but the areas."""

    above: Numbers
    below: Numbers
    is_root: bool = False

    def value(self, weights: Numbers) -> float:
        """Return the metric on rows of these weights; NaN where no row counts."""
        below = float(weights @ self.below)
        found = float(weights @ self.above) / below if below > 0 else nan
        return sqrt(max(0.0, found)) if self.is_root else found

    def influence(self) -> Numbers:
        """Return what each row adds to the metric."""
        ones = np.ones(len(self.above))
        found, mean = self.value(ones), float(self.below.mean()) or 1.0
        if self.is_root:
            return np.asarray((self.above - found**2 * self.below) / mean / (2 * found or 1.0))
        return np.asarray((self.above - found * self.below) / mean)


class Area:
    """The ROC AUC: how often a positive row is held likelier than a negative one, where outcomes are probabilities."""

    def __init__(self, outcomes: Numbers, scores: Numbers) -> None:
        self._order = np.argsort(scores, kind="stable")
        self._ones = outcomes[self._order]
        ordered = scores[self._order]
        self._last = np.append(np.flatnonzero(np.diff(ordered) > 0), len(ordered) - 1)

    def value(self, weights: Numbers) -> float:
        """Return the ROC AUC on rows of these weights; NaN where one of the classes isn't expected."""
        ones, zeros = self._ends(weights)
        steps, below, width = np.diff(ones, prepend=0.0), np.concatenate([[0.0], zeros[:-1]]), np.diff(zeros, prepend=0)
        whole = float(ones[-1] * zeros[-1])
        return float((steps * (below + width / 2)).sum()) / whole if whole > 0 else nan

    def influence(self) -> Numbers:
        """Return what each row adds: by how many of the other class it is held rightly likelier, or less likely."""
        ones, zeros = self._ends(np.ones(len(self._ones)))
        area, rows = self.value(np.ones(len(self._ones))), len(self._ones)
        groups = np.repeat(np.arange(len(self._last)), np.diff(self._last, prepend=-1))
        below = (np.concatenate([[0.0], zeros[:-1]]) + np.diff(zeros, prepend=0.0) / 2) / (zeros[-1] or 1.0)
        above = 1 - (np.concatenate([[0.0], ones[:-1]]) + np.diff(ones, prepend=0.0) / 2) / (ones[-1] or 1.0)
        shares = (ones[-1] or 1.0) / rows, (zeros[-1] or 1.0) / rows
        told = self._ones * (below[groups] - area) / shares[0] + (1 - self._ones) * (above[groups] - area) / shares[1]
        found = np.empty(rows)
        found[self._order] = told
        return found

    def _ends(self, weights: Numbers) -> tuple[Numbers, Numbers]:
        ordered = weights[self._order]
        ones = np.cumsum(ordered * self._ones)[self._last]
        return ones, np.cumsum(ordered)[self._last] - ones


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is expected of a metric: on the window's rows, or, where `is_of_reference`, what was on the reference's."""

    metric: str
    expected: Expected
    is_of_reference: bool = False


def estimates_of(reference: Reference, before: pd.DataFrame, now: pd.DataFrame, metric: str) -> tuple[Estimate, ...]:
    """Return what is expected of a metric on the window's rows and on the reference's; of several classes the accuracy.

    Nothing where too little is known to expect anything.

    Args:
        reference: the trial's test.
        before: its rows, with outcomes.
        now: rows of the window with whole answers.
        metric: which metric.
    """
    if TARGET not in before or len(before) < FEWEST_KNOWN or now.empty:
        return ()
    if reference.task == "regression":
        return _of_numbers(before, metric)
    if not reference.probabilities:
        return ()
    return _of_two(before, now, metric) if reference.task == "binary" else _of_several(reference, before, now)


def _of_two(before: pd.DataFrame, now: pd.DataFrame, metric: str) -> tuple[Estimate, ...]:
    known = Answers(*(before[name].to_numpy(float) for name in (TARGET, PREDICTION, PROBABILITY)))
    scores, said = (now[name].to_numpy(float) for name in (PROBABILITY, PREDICTION))
    asked = Answers(calibration(known).of(scores), said, scores)
    told = [measured(metric, rows) for rows in (asked, known)]
    return tuple(Estimate(metric, one, bool(at)) for at, one in enumerate(told) if one)


def measured(metric: str, rows: Answers) -> Expected | None:
    """Return what is expected of a metric on rows; None of one that rows can't be weighed for."""
    ones, said = rows.outcomes, rows.predicted
    if metric == "roc_auc":
        return Area(ones, rows.scores)
    looked_at = {
        "accuracy": (said * ones + (1 - said) * (1 - ones), np.ones(len(ones))),
        "f1": (said * ones, (said + ones) / 2),
        "precision": (said * ones, said),
        "recall": (said * ones, ones),
        "specificity": ((1 - said) * (1 - ones), 1 - ones),
    }
    return Ratio(*looked_at[metric]) if metric in looked_at else None


def _of_several(reference: Reference, before: pd.DataFrame, now: pd.DataFrame) -> tuple[Estimate, ...]:
    """Expect the accuracy: how often the class that is answered is the right one, by the probability it was given."""
    usual, scores = (confidence(reference, rows) for rows in (before, now))
    is_right: Numbers = (before[PREDICTION] == before[TARGET]).to_numpy().astype(float)
    told = calibration(Answers(is_right, np.ones(len(before)), usual)).of(scores)
    sides = (told, is_right)
    return tuple(Estimate("accuracy", Ratio(one, np.ones(len(one))), bool(at)) for at, one in enumerate(sides))


def confidence(reference: Reference, rows: pd.DataFrame) -> Numbers:
    """Return the probability of the class that is answered; of an answer that is no class, the highest one."""
    wide = rows[[OF_CLASS + name for name in reference.classes]].to_numpy(float)
    place = {name: at for at, name in enumerate(reference.classes)}
    at = rows[PREDICTION].map(lambda one: place.get(one, -1)).to_numpy(int)
    return np.asarray(np.where(at >= 0, wide[np.arange(len(wide)), at], wide.max(1)))


def _of_numbers(before: pd.DataFrame, metric: str) -> tuple[Estimate, ...]:
    loss = LOSSES.get(ROOTS.get(metric, metric))
    if loss is None:
        return ()
    lost = loss(before[PREDICTION].to_numpy(float), before[TARGET].to_numpy(float))
    is_known = np.isfinite(lost)
    told = Ratio(np.where(is_known, lost, 0.0), is_known.astype(float), metric in ROOTS)
    return (Estimate(metric, told, is_of_reference=True),)
