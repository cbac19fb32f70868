"""Confidence intervals by the percentile bootstrap (Efron & Tibshirani, 1993, chapter 13): rows are drawn anew.

Two models are compared on the same draws (paired), so that what is hard for both cancels out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.evaluate.metrics import Metric
from runners.evaluate.predictions import Answers

Array = NDArray[Any]
RESAMPLES = 300
BOUND_RESAMPLES = 1000
"""More where a gate decides: with 1,000, of a bound of 99 % ten are beyond it (Efron & Tibshirani, section 13.3)."""
LEVEL = 0.95
CELLS = 2_000_000
"""Weights that are in memory at once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval; low and high are None where too many draws leave it undefined."""

    value: float
    low: float | None
    high: float | None

    def as_dict(self) -> dict[str, float | None]:
        """Return it for JSON, where an undefined figure is null."""
        return {key: value if value is not None and np.isfinite(value) else None for key, value in asdict(self).items()}


Bounds = tuple[float | None, float | None]
"""The lower and the upper end; None where too many draws leave the figure undefined."""
Intervals = dict[str, Interval]
"""Intervals by the name of the metric."""


def intervals(metrics: Sequence[Metric], answers: Answers, seed: int, resamples: int = RESAMPLES) -> Intervals:
    """Return metrics over all rows, by name, with their intervals."""
    prepared = [metric.prepare(answers) for metric in metrics]
    drawn = [[weigh(weights) for weigh in prepared] for weights in _draws(len(answers), seed, resamples)]
    return {
        metric.name: _interval(metric.of(answers), np.concatenate(parts))
        for metric, parts in zip(metrics, zip(*drawn, strict=True), strict=True)
    }


def differences(
    metrics: Sequence[Metric], live: Answers, candidate: Answers, seed: int, resamples: int = RESAMPLES
) -> Intervals:
    """Return by how much metrics of the candidate are above those of the live model on the same rows, by name."""
    pairs = [(metric.prepare(live), metric.prepare(candidate)) for metric in metrics]
    drawn = [
        [after(weights) - before(weights) for before, after in pairs] for weights in _draws(len(live), seed, resamples)
    ]
    return {
        metric.name: _interval(metric.of(candidate) - metric.of(live), np.concatenate(parts))
        for metric, parts in zip(metrics, zip(*drawn, strict=True), strict=True)
    }


def bounds(metric: Metric, live: Answers, candidate: Answers, seed: int, confidence: float) -> Bounds:
    """Return the one-sided bounds of a difference: with this confidence each, it is above `low`, and below `high`."""
    before, after = metric.prepare(live), metric.prepare(candidate)
    drawn = np.concatenate([after(weights) - before(weights) for weights in _draws(len(live), seed, BOUND_RESAMPLES)])
    return _quantiles(drawn, 1 - confidence, confidence)


def _draws(rows: int, seed: int, resamples: int) -> Iterator[Array]:
    """Yield how often each row is drawn, [some, rows] at a time; the draws don't depend on the size of these parts."""
    generator = np.random.default_rng([seed, rows])
    size = max(1, min(resamples, CELLS // max(rows, 1)))
    for start in range(0, resamples, size):
        count = min(size, resamples - start)
        cells = generator.integers(rows, size=(count, rows)) + np.arange(count)[:, None] * rows
        yield np.bincount(cells.ravel(), minlength=count * rows).reshape(count, rows).astype(np.float64)


def _interval(value: float, draws: Array) -> Interval:
    return Interval(value, *_quantiles(draws, (1 - LEVEL) / 2, (1 + LEVEL) / 2))


def _quantiles(draws: Array, lower: float, upper: float) -> Bounds:
    defined = draws[np.isfinite(draws)]
    if len(defined) < len(draws) / 2:
        return None, None
    low, high = np.quantile(defined, [lower, upper])
    return float(low), float(high)
