"""Calibration: what share of rows with some score turn out positive, so that a score becomes a probability.

Isotonic regression (Zadrozny & Elkan, 2002, https://doi.org/10.1145/775047.775151) on the rows of the reference, where
it makes them better calibrated: by the expected calibration error of rows that it wasn't made of.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from runners.monitor.scores import Answers, area

Numbers = np.ndarray[Any, np.dtype[np.float64]]

MOST_POINTS = 1_000
"""Scores that the curve is made of: of more, so many groups of neighbours."""
FOLDS, BINS = 10, 10
_CERTAIN = 0.999
"""The ROC AUC from which on a model tells the classes apart, and nothing is left to calibrate."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising curve from scores to probabilities, straight between its points; without points, scores stay."""

    scores: Numbers | None = None
    shares: Numbers | None = None

    def of(self, scores: Numbers) -> Numbers:
        """Return the probabilities of scores."""
        if self.scores is None or self.shares is None:
            return scores
        return np.interp(scores, self.scores, self.shares)


def calibration(rows: Answers) -> Curve:
    """Return the curve of rows whose outcomes are known; one of no points where calibrating makes it no better."""
    if len(np.unique(rows.outcomes)) < 2 or area(rows) > _CERTAIN:
        return Curve()
    folds = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    told = np.empty(len(rows))
    for fold in range(FOLDS):
        told[folds == fold] = isotonic(rows.at(folds != fold)).of(rows.scores[folds == fold])
    is_better = _error(told, rows) < _error(rows.scores, rows)
    return isotonic(rows) if is_better else Curve()


def isotonic(rows: Answers) -> Curve:
    """Return the rising curve that is nearest to the outcomes, by pooling neighbours that fall."""
    scores, outcomes, weights = _grouped(rows)
    pools: list[tuple[float, float, int]] = []
    for place, (mean, mass) in enumerate(zip(outcomes.tolist(), weights.tolist(), strict=True)):
        pools.append((mean, mass, place))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            pools.append(_pooled(pools.pop(-2), pools.pop()))
    lengths = np.diff([*(start for _, _, start in pools), len(scores)])
    return Curve(scores, np.repeat([mean for mean, _, _ in pools], lengths))


def _pooled(first: tuple[float, float, int], second: tuple[float, float, int]) -> tuple[float, float, int]:
    mass = first[1] + second[1]
    return (first[0] * first[1] + second[0] * second[1]) / mass, mass, first[2]


def _grouped(rows: Answers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the mean score and outcome of each different score, or of groups of neighbours where these are many."""
    order = np.argsort(rows.scores, kind="stable")
    scores, outcomes = rows.scores[order], rows.outcomes[order]
    begins = np.concatenate([[0], np.flatnonzero(np.diff(scores) > 0) + 1])
    if len(begins) > MOST_POINTS:
        begins = np.unique(begins[np.linspace(0, len(begins) - 1, MOST_POINTS, dtype=int)])
    counts = np.diff([*begins, len(scores)]).astype(float)
    return np.add.reduceat(scores, begins) / counts, np.add.reduceat(outcomes, begins) / counts, counts


def _error(told: Numbers, rows: Answers) -> float:
    """Return the expected calibration error: how far shares lie from what was told, in bins of as many rows each."""
    parts = np.array_split(np.argsort(rows.scores, kind="stable"), BINS)
    return float(sum(len(part) * abs(told[part].mean() - rows.outcomes[part].mean()) for part in parts) / len(rows))
