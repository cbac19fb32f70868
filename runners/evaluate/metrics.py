"""Metrics as functions of the rows' weights.

A metric is prepared once for some answers, and then computed for many weightings at once: all rows (weights of one), a
slice (one inside and zero outside), a bootstrap's resamples (how often each row was drawn). So one definition
serves them all, and five hundred resamples cost little more than one. The definitions are scikit-learn's, and the
tests hold them to its figures.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runners.evaluate.predictions import Answers, Task

Array = NDArray[Any]
Weighted = Callable[[Array], Array]
"""Takes weights [B, N], returns the metric for each of them [B]; NaN where it is undefined."""
TINY = float(np.finfo(np.float64).eps)
"""Probabilities are kept so far from 0 and 1, as scikit-learn does."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure that says how good answers are."""

    name: str
    goal: Literal["maximize", "minimize"]
    prepare: Callable[[Answers], Weighted]
    needs_scores: bool = False

    def of(self, answers: Answers) -> float:
        """Return the metric over all rows; NaN where it is undefined."""
        return float(self.prepare(answers)(np.ones((1, len(answers))))[0])


def metrics_of(answers: Answers) -> tuple[Metric, ...]:
    """Return the metrics that these answers allow."""
    return tuple(m for m in METRICS[answers.task] if answers.scores is not None or not m.needs_scores)


def measure(answers: Answers) -> dict[str, float]:
    """Return every metric that these answers allow, by name."""
    return {metric.name: metric.of(answers) for metric in metrics_of(answers)}


def _mean(of: Callable[[Answers], Array]) -> Callable[[Answers], Weighted]:
    """Make a metric that is the mean of something that each row has."""

    def prepare(answers: Answers) -> Weighted:
        values = of(answers).astype(np.float64)
        return lambda weights: _ratio(weights @ values, weights.sum(axis=1))

    return prepare


def _ratio(above: Array, below: Array) -> Array:
    """Divide; NaN by zero."""
    ratio: Array = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
    return ratio


def _hits(answers: Answers) -> Array:
    hits: Array = answers.truth == answers.prediction
    return hits


def _log_losses(answers: Answers) -> Array:
    chosen = _scores(answers)[np.arange(len(answers)), answers.truth]
    losses: Array = -np.log(np.clip(chosen, TINY, 1 - TINY))
    return losses


def _brier_losses(answers: Answers) -> Array:
    losses: Array = (_scores(answers)[:, 1] - answers.truth) ** 2
    return losses


def _scores(answers: Answers) -> Array:
    if answers.scores is None:
        raise ValueError("these answers have no probabilities")
    return answers.scores


def _squares(answers: Answers) -> Array:
    squares: Array = (answers.truth - answers.prediction) ** 2
    return squares


def _rmse(answers: Answers) -> Weighted:
    mean = _mean(_squares)(answers)
    return lambda weights: np.sqrt(mean(weights))


def _absolutes(answers: Answers) -> Array:
    absolutes: Array = np.abs(answers.truth - answers.prediction)
    return absolutes


def _r2(answers: Answers) -> Weighted:
    """Make the share of the variance that is explained; the truth is centred first, which keeps the digits."""
    squares, truth = _squares(answers), answers.truth - answers.truth.mean()

    def weigh(weights: Array) -> Array:
        spread = weights @ truth**2 - _ratio((weights @ truth) ** 2, weights.sum(axis=1))
        return 1 - _ratio(weights @ squares, np.where(spread > TINY, spread, 0.0))

    return weigh


def _quality(of: Callable[[Array, Array, Array], Array]) -> Callable[[Answers], Weighted]:
    """Make a metric of the positive class from hits, predicted positives and true positives."""

    def prepare(answers: Answers) -> Weighted:
        return lambda weights: of(*_counts(answers, 1, weights))

    return prepare


def _counts(answers: Answers, code: int, weights: Array) -> tuple[Array, Array, Array]:
    predicted, true = answers.prediction == code, answers.truth == code
    return weights @ (predicted & true), weights @ predicted, weights @ true


def _precision(hits: Array, predicted: Array, true: Array) -> Array:
    return np.where((predicted == 0) & (true > 0), 0.0, _ratio(hits, predicted))


def _recall(hits: Array, _predicted: Array, true: Array) -> Array:
    return _ratio(hits, true)


def _f1(hits: Array, predicted: Array, true: Array) -> Array:
    return _ratio(2 * hits, predicted + true)


def _f1_macro(answers: Answers) -> Weighted:
    codes = np.union1d(answers.truth, answers.prediction)

    def weigh(weights: Array) -> Array:
        return _mean_of_defined(np.array([_f1(*_counts(answers, code, weights)) for code in codes]))

    return weigh


def _mean_of_defined(each: Array) -> Array:
    """Return the mean over the first axis of [classes, B], without what is NaN; NaN where everything is."""
    defined = ~np.isnan(each)
    return _ratio(np.where(defined, each, 0.0).sum(axis=0), defined.sum(axis=0))


def _area(truth: Array, scores: Array) -> Weighted:
    """Make the area under the ROC curve: the chance that a true row scores above a false one, ties counting half."""
    ranked = _ranked(truth, scores)

    def weigh(weights: Array) -> Array:
        trues, alls = ranked(weights)
        above = np.cumsum(trues, axis=1)
        falses = alls - trues
        wins = np.einsum("ij,ij->i", falses, above) - np.einsum("ij,ij->i", falses, trues) / 2
        return _ratio(wins, above[:, -1] * falses.sum(axis=1))

    return weigh


def _ranked(truth: Array, scores: Array) -> Callable[[Array], tuple[Array, Array]]:
    """Make what weighs the true rows and all rows of each score, [draws, scores], from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.nan))
    is_true = truth[order].astype(np.float64)

    def weigh(weights: Array) -> tuple[Array, Array]:
        alls = weights.take(order, axis=1)
        trues = alls * is_true
        if len(starts) == len(order):
            return trues, alls
        return np.add.reduceat(trues, starts, axis=1), np.add.reduceat(alls, starts, axis=1)

    return weigh


def _roc_auc(answers: Answers) -> Weighted:
    """Make the area under the curve; of several classes the mean over each against the rest, where it is defined."""
    scores = _scores(answers)
    codes = [1] if answers.task == "binary" else range(scores.shape[1])
    areas = [_area(answers.truth == code, scores[:, code]) for code in codes]
    return lambda weights: _mean_of_defined(np.array([area(weights) for area in areas]))


def _average_precision(answers: Answers) -> Weighted:
    """Make the mean precision, weighted by the step in recall at each threshold."""
    ranked = _ranked(answers.truth, _scores(answers)[:, 1])

    def weigh(weights: Array) -> Array:
        trues, alls = ranked(weights)
        above = np.cumsum(trues, axis=1)
        precision = np.nan_to_num(_ratio(above, np.cumsum(alls, axis=1)))
        return _ratio(np.einsum("ij,ij->i", trues, precision), above[:, -1])

    return weigh


def _f1_micro(answers: Answers) -> Weighted:
    """Make the F1 of all decisions, one for each row and label, taken together."""
    hits, both = _joint(answers)
    return lambda weights: _ratio(2 * (weights @ hits).sum(axis=1), (weights @ both).sum(axis=1))


def _f1_of_labels(answers: Answers) -> Weighted:
    """Make the mean of the labels' F1, without those that no row has and none is said to have."""
    hits, both = _joint(answers)
    return lambda weights: _mean_of_defined(_ratio(2 * (weights @ hits), weights @ both).T)


def _joint(answers: Answers) -> tuple[Array, Array]:
    """Return what was said rightly, and how often a label is true or said, as matrices [N, labels]."""
    said, true = answers.prediction.astype(np.float64), answers.truth.astype(np.float64)
    return said * true, said + true


def _whole(answers: Answers) -> Array:
    whole: Array = (answers.truth == answers.prediction).all(axis=1)
    return whole


def _hamming(answers: Answers) -> Array:
    wrong: Array = (answers.truth != answers.prediction).mean(axis=1)
    return wrong


def _roc_auc_of_labels(answers: Answers) -> Weighted:
    """Make the mean of the labels' areas under the curve, where they are defined."""
    scores = _scores(answers)
    areas = [_area(answers.truth[:, place] == 1, scores[:, place]) for place in range(scores.shape[1])]
    return lambda weights: _mean_of_defined(np.array([area(weights) for area in areas]))


METRICS: Mapping[Task, tuple[Metric, ...]] = MappingProxyType(
    {
        "binary": (
            Metric("roc_auc", "maximize", _roc_auc, needs_scores=True),
            Metric("average_precision", "maximize", _average_precision, needs_scores=True),
            Metric("accuracy", "maximize", _mean(_hits)),
            Metric("f1", "maximize", _quality(_f1)),
            Metric("precision", "maximize", _quality(_precision)),
            Metric("recall", "maximize", _quality(_recall)),
            Metric("log_loss", "minimize", _mean(_log_losses), needs_scores=True),
            Metric("brier", "minimize", _mean(_brier_losses), needs_scores=True),
        ),
        "multiclass": (
            Metric("accuracy", "maximize", _mean(_hits)),
            Metric("f1_macro", "maximize", _f1_macro),
            Metric("roc_auc", "maximize", _roc_auc, needs_scores=True),
            Metric("log_loss", "minimize", _mean(_log_losses), needs_scores=True),
        ),
        "multilabel": (
            Metric("f1_micro", "maximize", _f1_micro),
            Metric("f1_macro", "maximize", _f1_of_labels),
            Metric("subset_accuracy", "maximize", _mean(_whole)),
            Metric("hamming_loss", "minimize", _mean(_hamming)),
            Metric("roc_auc", "maximize", _roc_auc_of_labels, needs_scores=True),
        ),
        "regression": (
            Metric("rmse", "minimize", _rmse),
            Metric("mae", "minimize", _mean(_absolutes)),
            Metric("r2", "maximize", _r2),
        ),
    }
)
"""The metrics of each task, the usual one first."""
