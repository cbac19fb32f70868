"""Performance: estimated before the outcomes are known, and realised when they are.

Estimated by CBPE for classes, from the calibrated probabilities alone, and by DLE for numbers, from a model of the loss
(https://nannyml.readthedocs.io/en/stable/how_it_works/performance_estimation.html). Of two classes all but the average
precision is told here, of all rows; the rest is NannyML's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isnan, nan, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.calibration import calibration
from runners.monitor.chunks import Series, mean, rows_of
from runners.monitor.engine import Frames, Unanswered, asked, chunker, frames, nannyml, series
from runners.monitor.reference import OF_CLASS, PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import METRICS, Answers, error_of

TARGET = "setpoint_outcome"
"""The column of outcomes in the tables of this module, beside features of any name."""
ERRORS = ("mae", "mape", "mse", "rmse", "msle", "rmsle")
"""Metrics that are the better the lower they are."""
FEWEST_OUTCOMES, FEWEST_KNOWN = 30, 20
"""Rows with outcomes that realised performance is told of, and that estimates are made by."""

_OF_TASK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "binary": ("roc_auc", "accuracy", "f1", "precision", "recall", "specificity", "average_precision"),
        "multiclass": ("roc_auc", "accuracy", "f1_macro"),
        "multilabel": (),
        "regression": ("rmse", "mae", "mape", "mse", "msle", "rmsle"),
    }
)
_OF_PROBABILITY = ("roc_auc", "average_precision")
_THEIRS = MappingProxyType({"f1_macro": "f1"})
"""What NannyML calls a metric, where it isn't the same."""


@dataclass(frozen=True, slots=True)
class Performance:
    """A metric over chunks: estimated of the window, realised of all rows whose outcomes are known by now.

    `weights` are the rows of each chunk, of the one series and of the other.

    `reference_rows` is on how many rows the reference's metric was measured.
    """

    metric: str
    estimated: Series | None
    realized: Series | None
    weights: tuple[Sequence[int], Sequence[int]]
    reference_rows: int = 0

    @property
    def reference(self) -> float | None:
        """Return the metric on the reference, as the mean over its chunks."""
        known = self.estimated or self.realized
        return mean(known.reference) if known else None

    def now(self, *, is_realized: bool, newest: int | None = None) -> tuple[float | None, float | None]:
        """Return the metric, estimated or realised, and its standard error; over the newest chunks where so many."""
        told, weights = self._side(is_realized=is_realized)
        if told is None:
            return None, None
        used = [float(w) if value is not None else 0.0 for w, value in zip(weights, told.now, strict=True)]
        if newest:
            used = [weight if place >= len(used) - newest else 0.0 for place, weight in enumerate(used)]
        return mean(told.now, used), _error(told.errors, used)

    def drop(self, *, is_realized: bool, newest: int | None = None) -> float | None:
        """Return by how much the metric is worse than on the reference; of an error, its growth as a share."""
        now, _ = self.now(is_realized=is_realized, newest=newest)
        if now is None or self.reference is None:
            return None
        if self.metric in ERRORS:
            return (now - self.reference) / self.reference if self.reference else None
        return self.reference - now

    def error(self, *, is_realized: bool, newest: int | None = None) -> float | None:
        """Return the standard error of the drop: the window's and the reference's, in the unit of the drop.

        The sampling error of a chunk falls with the root of its rows, and that of the reference too.
        """
        told, weights = self._side(is_realized=is_realized)
        _, error = self.now(is_realized=is_realized, newest=newest)
        if told is None or error is None:
            return None
        by_row = [e * sqrt(w) for e, w in zip(told.errors, weights, strict=True) if e is not None and w]
        before = (mean(by_row) or 0.0) / sqrt(self.reference_rows) if self.reference_rows else 0.0
        unit = (self.reference or 1.0) if self.metric in ERRORS else 1.0
        return sqrt(error**2 + before**2) / abs(unit)

    def _side(self, *, is_realized: bool) -> tuple[Series | None, Sequence[int]]:
        return (self.realized, self.weights[1]) if is_realized else (self.estimated, self.weights[0])


def metrics_for(reference: Reference, wanted: str) -> tuple[str, ...]:
    """Return the metrics to tell, the wanted one first; the task's usual one where that can't be told for it."""
    possible = _OF_TASK.get(reference.task or "", ())
    if not reference.probabilities:
        possible = tuple(name for name in possible if name not in _OF_PROBABILITY)
    usual = possible[:3] if reference.task != "regression" else possible[:2]
    return ((wanted,) if wanted in possible else ()) + tuple(name for name in usual if name != wanted)


def estimate(
    reference: Reference, before: pd.DataFrame, now: pd.DataFrame, metrics: Sequence[str], size: int
) -> Mapping[str, Series]:
    """Return the estimated metrics chunk by chunk; of the reference, what was realised.

    Nothing where the reference has no outcomes, or a classifier tells no probabilities.

    Raises:
        Unanswered: they can't be estimated.
    """
    if reference.probabilities and _is_ours(reference, metrics) and TARGET in before:
        known = _answers(reference, before)
        if len(known) < FEWEST_KNOWN:
            raise Unanswered(f"the reference has {len(known)} rows with outcomes, and {FEWEST_KNOWN} are needed")
        expected = _answers(reference, now, calibration(known).of(now[PROBABILITY].to_numpy(float)))
        return _series(metrics, known, expected, size)
    needed = reference.columns if reference.task == "regression" else reference.probabilities
    if not metrics or TARGET not in before or not needed:
        return {}
    options: dict[str, Any] = {"metrics": _theirs(metrics), "y_pred": PREDICTION, "y_true": TARGET}
    if reference.task == "regression":
        places = {column.name: f"feature {place}" for place, column in enumerate(reference.columns)}
        before, now = before.rename(columns=places), now.rename(columns=places)  # LightGBM, in it, refuses some names
        estimator = nannyml().DLE(feature_column_names=list(places.values()), chunker=chunker(size), **options)
    else:
        estimator = nannyml().CBPE(chunker=chunker(size), **options, **_classification(reference))
    with asked():
        tables = frames(estimator.fit(before).estimate(now))
    return _each(tables, metrics, "realized")


def realize(
    reference: Reference, before: pd.DataFrame, now: pd.DataFrame, metrics: Sequence[str], size: int
) -> Mapping[str, Series]:
    """Return the realised metrics chunk by chunk; nothing before enough outcomes have arrived.

    Raises:
        Unanswered: NannyML can't compute them.
    """
    known = now[TARGET].notna().sum() if TARGET in now else 0
    if not metrics or TARGET not in before or known < FEWEST_OUTCOMES:
        return {}
    if _is_ours(reference, metrics):
        return _series(metrics, _answers(reference, before), _answers(reference, now), size)
    calculator = _calculator(reference, metrics, size)
    with asked():
        tables = frames(calculator.fit(before).calculate(now))
    return _each(tables, metrics, "value")


def realize_parts(
    reference: Reference, before: pd.DataFrame, parts: Sequence[pd.DataFrame], metric: str
) -> list[float | None]:
    """Return the realised metric of each of several parts, as a whole; None where too few outcomes are known.

    Raises:
        Unanswered: NannyML can't compute it.
    """
    told = [part[part[TARGET].notna()].reset_index(drop=True) if TARGET in part else part.head(0) for part in parts]
    if TARGET not in before or all(len(part) < FEWEST_OUTCOMES for part in told):
        return [None] * len(parts)
    if _is_ours(reference, (metric,)):
        return [_metric(metric, _answers(reference, one)) if len(one) >= FEWEST_OUTCOMES else None for one in told]
    calculator = _calculator(reference, (metric,), len(before))
    found: list[float | None] = []
    with asked():
        calculator.fit(before)
        for part in told:
            calculator.chunker = chunker(max(1, len(part)))
            enough = len(part) >= FEWEST_OUTCOMES
            value = _each(frames(calculator.calculate(part)), (metric,), "value")[metric].now if enough else (None,)
            found.append(value[0])
    return found


def _is_ours(reference: Reference, metrics: Sequence[str]) -> bool:
    """Tell whether metrics are told here; NannyML tells the others."""
    return reference.task == "binary" and set(metrics) <= set(METRICS)


def _answers(reference: Reference, rows: pd.DataFrame, outcomes: Any = None) -> Answers:
    """Return rows as they are measured: with their outcomes, or with what is expected of them."""
    scores = rows[PROBABILITY if reference.probabilities else PREDICTION].to_numpy(float)
    known = rows[TARGET].to_numpy(float) if outcomes is None else outcomes
    return Answers(known, rows[PREDICTION].to_numpy(float), scores)


def _series(metrics: Sequence[str], before: Answers, now: Answers, size: int) -> dict[str, Series]:
    """Return metrics chunk by chunk, with three standard deviations of the reference's chunks as limits."""
    sizes = rows_of(len(now), size)
    parts, usual = (cut(rows, rows_of(len(rows), size)) for rows in (now, before))
    found: dict[str, Series] = {}
    for name in metrics:
        values = [_metric(name, part) for part in usual]
        known, error = np.array([one for one in values if one is not None]), error_of(name, before)
        middle, spread = (known.mean(), 3 * known.std()) if len(known) else (nan, nan)
        limits = (float(np.clip(end, 0, 1)) for end in (middle - spread, middle + spread))
        errors = tuple(_known(error / sqrt(rows)) for rows in sizes)
        lower, upper = map(_known, limits)
        found[name] = Series(tuple(values), tuple(_metric(name, part) for part in parts), lower, upper, errors)
    return found


def cut(rows: Answers, sizes: Sequence[int]) -> list[Answers]:
    """Cut rows into chunks of these sizes."""
    return [rows.at(slice(end - size, end)) for size, end in zip(sizes, accumulate(sizes), strict=True)]


def _metric(name: str, rows: Answers) -> float | None:
    return _known(METRICS[name](rows))


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _calculator(reference: Reference, metrics: Sequence[str], size: int) -> Any:
    problem = {"problem_type": "regression"} if reference.task == "regression" else _classification(reference)
    return nannyml().PerformanceCalculator(
        metrics=_theirs(metrics), y_pred=PREDICTION, y_true=TARGET, chunker=chunker(size), **problem
    )


def _classification(reference: Reference) -> dict[str, Any]:
    """Tell NannyML what is classified. It insists on a probability: for metrics of none, the prediction will do."""
    is_known = bool(reference.probabilities)
    told: Any = PROBABILITY if is_known else PREDICTION
    if reference.task == "multiclass":
        told = {name: OF_CLASS + name if is_known else PREDICTION for name in reference.classes}
    return {"problem_type": f"classification_{reference.task}", "y_pred_proba": told}


def _each(tables: Frames, metrics: Sequence[str], of_reference: str) -> dict[str, Series]:
    names = zip(metrics, _theirs(metrics), strict=True)
    return {ours: series(tables, theirs, of_reference=of_reference) for ours, theirs in names}


def _theirs(metrics: Sequence[str]) -> list[str]:
    return [_THEIRS.get(metric, metric) for metric in metrics]


def _error(errors: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """Return the standard error of the weighted mean of independent chunks."""
    total = sum(weights)
    if not errors or not total:
        return None
    return sqrt(sum((w * (error or 0.0)) ** 2 for w, error in zip(weights, errors, strict=True))) / total
