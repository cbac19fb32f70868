"""How right the answers of a segment are: estimated without outcomes, and realised with them, each with its error.

Of two classes that is the monitor's metric. Of several it is the accuracy, and of numbers one of the errors.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.calibration import calibration
from runners.monitor.losses import LOSSES, ROOTS, confidence
from runners.monitor.performance import ERRORS, FEWEST_KNOWN, FEWEST_OUTCOMES, TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import METRICS, Answers, error_of

_ADDED = Answers(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]), np.zeros(4))
"""One row of each kind: with them, a segment without a wrong answer isn't taken for one that can't have any."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of some rows, and its standard error."""

    value: float
    error: float
    rows: int


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric, how it is measured of rows, and the standard error that it would have on one of them."""

    metric: str
    value: Callable[[Answers], float]
    error: Callable[[Answers], float]

    def of(self, rows: Answers, errors: Sequence[Answers]) -> Figure | None:
        """Return the metric of rows, with its error: the largest that it has on some rows with outcomes.

        A segment that happened to have no wrong answer isn't one that can't have any.
        """
        if len(rows) < FEWEST_OUTCOMES:
            return None
        value, error = self.value(rows), max(map(self.error, errors))
        return None if isnan(value) or isnan(error) else Figure(value, error / sqrt(len(rows)), len(rows))

    def drop(self, before: Figure | None, now: Figure | None) -> tuple[float, float] | None:
        """Return by how much a metric is worse, and the standard error of that; of an error, as shares of it."""
        if before is None or now is None:
            return None
        error = sqrt(before.error**2 + now.error**2)
        if self.metric in ERRORS:
            return ((now.value - before.value) / before.value, error / before.value) if before.value > 0 else None
        return before.value - now.value, error


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of rows that can be measured, and at which places of a table they are."""

    answers: Answers
    places: Any

    def of(self, segments: Any, segment: int) -> Answers:
        """Return those of a segment, by the segment of each row of the table."""
        return self.answers.at(segments[self.places] == segment)


NONE = Answered(Answers(np.zeros(0), np.zeros(0), np.zeros(0)), np.zeros(0, dtype=int))


def measure_for(reference: Reference, metric: str) -> Measure | None:
    """Return how rows are measured; None where the model tells nothing that can be."""
    if reference.task == "regression":
        return _of_losses(metric if metric in (*LOSSES, *ROOTS) else "rmse")
    if reference.task == "multiclass":
        return _of_classes("accuracy")
    return _of_classes(metric if metric in METRICS else "accuracy") if reference.task == "binary" else None


def _of_classes(metric: str) -> Measure:
    def error(rows: Answers) -> float:
        if metric == "roc_auc":
            return error_of(metric, rows)
        both = ((getattr(one, part) for one in (rows, _ADDED)) for part in ("outcomes", "predicted", "scores"))
        return error_of(metric, Answers(*(np.concatenate(list(parts)) for parts in both)))

    return Measure(metric, METRICS[metric], error)


def _of_losses(metric: str) -> Measure:
    def value(rows: Answers) -> float:
        mean = float(rows.outcomes.mean()) if len(rows) else nan
        return sqrt(mean) if metric in ROOTS else mean

    def error(rows: Answers) -> float:
        spread = float(rows.outcomes.std()) if len(rows) else nan
        return spread / (2 * value(rows) or 1.0) if metric in ROOTS else spread

    return Measure(metric, value, error)


def realized(reference: Reference, rows: pd.DataFrame, metric: str) -> Answered:
    """Return the answers of rows whose outcome is known: what came true, or of numbers what was lost."""
    if TARGET not in rows or PREDICTION not in rows:
        return NONE
    places = np.flatnonzero(_whole(reference, rows) & rows[TARGET].notna().to_numpy())
    rows = rows.take(places)
    if reference.task == "regression":
        lost = LOSSES[ROOTS.get(metric, metric)](rows[PREDICTION].to_numpy(float), rows[TARGET].to_numpy(float))
        known = np.isfinite(lost)
        return Answered(Answers(lost[known], np.ones(known.sum()), lost[known]), places[known])
    if reference.task == "multiclass":
        is_right = (rows[PREDICTION] == rows[TARGET]).to_numpy().astype(float)
        return Answered(Answers(is_right, np.ones(len(rows)), is_right), places)
    scores = rows[PROBABILITY if reference.probabilities else PREDICTION].to_numpy(float)
    return Answered(Answers(rows[TARGET].to_numpy(float), rows[PREDICTION].to_numpy(float), scores), places)


def expected(reference: Reference, before: pd.DataFrame, now: pd.DataFrame) -> Answered:
    """Return the answers of rows with what is expected to come true: the calibrated probability of each."""
    if not reference.probabilities or TARGET not in before:
        return NONE
    known = before[_whole(reference, before) & before[TARGET].notna().to_numpy()]
    if len(known) < FEWEST_KNOWN:
        return NONE
    places = np.flatnonzero(_whole(reference, now))
    rows = now.take(places)
    if reference.task == "multiclass":
        is_right = (known[PREDICTION] == known[TARGET]).to_numpy().astype(float)
        curve = calibration(Answers(is_right, np.ones(len(known)), confidence(reference, known)))
        return Answered(Answers(curve.of(confidence(reference, rows)), np.ones(len(rows)), np.zeros(len(rows))), places)
    usual, scores = (side[PROBABILITY].to_numpy(float) for side in (known, rows))
    curve = calibration(Answers(known[TARGET].to_numpy(float), known[PREDICTION].to_numpy(float), usual))
    return Answered(Answers(curve.of(scores), rows[PREDICTION].to_numpy(float), scores), places)


def _whole(reference: Reference, rows: pd.DataFrame) -> Any:
    whole = np.ones(len(rows), dtype=bool)
    for name in (PREDICTION, *reference.probabilities):
        whole &= rows[name].notna().to_numpy() if name in rows else False
    return whole
