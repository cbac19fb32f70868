"""Second and third opinions on the estimated performance, where a classifier sees that other rows are asked about.

By weights: what was measured on the test rows, each weighed by how much likelier its like is in the window (Sugiyama et
al., 2007, https://jmlr.org/papers/v8/sugiyama07a.html), by a classifier that hasn't learned from it. Multicalibrated:
the probability of each row, calibrated as CBPE has it, and then by trees over all columns, so that it is right within
groups of rows and not only over all of them (Hébert-Johnson et al., 2018, https://arxiv.org/abs/1711.08513); where
that is no better on test rows that weren't learned from, it is CBPE itself. All hold while outcomes follow from the
columns as they did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.boosting import learned, told
from runners.monitor.calibration import calibration
from runners.monitor.columns import Column
from runners.monitor.losses import estimates_of, measured
from runners.monitor.outliers import MOST_PLACES, places_among
from runners.monitor.performance import TARGET
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import Answers
from runners.monitor.tables import Tables

MOST_ROWS, FEWEST_ROWS = 4_000, 200
"""Rows of a side that are looked at, and below which nothing is told; also in effect, once they weigh unlike."""
HEAVIEST = 20.0
"""The most that a row weighs, beside 1: one that stands for many more is no estimate of them."""
COVERED = 2.0
"""Weights are 1 on average where the test rows hold what the window does: as far as that they may be from it."""
_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Opinions:
    """A metric by weights, of how many rows that is in effect, and multicalibrated; None where it can't be told."""

    metric: str
    weighted: float | None = None
    rows: int = 0
    multicalibrated: float | None = None


def opinions(
    reference: Reference, tables: Tables, columns: Sequence[Column], metric: str, seed: int
) -> Opinions | None:
    """Return other estimates of a metric; None where there are too few rows."""
    wanted = [PREDICTION, *reference.probabilities]
    if TARGET not in tables.sample or not {*wanted} <= {*tables.sample} & {*tables.now} or not columns:
        return None
    before, now = (_drawn(rows.dropna(subset=needed), seed) for rows, needed in _sides(tables, wanted))
    count = min(len(before), len(now))
    if count < FEWEST_ROWS:
        return None
    before, now = before.head(count), now.head(count)
    places = places_among([before, now], columns)
    weights = _weights(places, count)
    rows = float(weights.sum() ** 2 / (weights**2).sum())
    known = [one for one in estimates_of(reference, before, now, metric) if one.is_of_reference]
    told_by = known[0].metric if known else metric
    is_covered = 1 / COVERED <= weights.mean() <= COVERED and rows >= FEWEST_ROWS
    weighted = known[0].expected.value(weights) if known and is_covered else None
    adjusted = _multicalibrated(before, now, places, metric) if reference.task == "binary" and wanted[1:] else None
    return Opinions(told_by, weighted, round(rows), adjusted)


def _sides(tables: Tables, wanted: Sequence[str]) -> list[tuple[pd.DataFrame, list[str]]]:
    return [(tables.sample, [TARGET, *wanted]), (tables.now, [*wanted])]


def _drawn(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    order = np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS]
    return rows.take(order).reset_index(drop=True)


def _weights(places: Any, count: int) -> Any:
    """Return how much likelier each of the reference's rows is in the window, each half told by the other."""
    usual, now, found = places[:count], places[count:], np.zeros(count)
    for here, there in ((slice(0, count // 2), slice(count // 2, None)), (slice(count // 2, None), slice(count // 2))):
        rows = np.concatenate([usual[there], now[there]])
        labels = np.repeat([0, 1], [len(usual[there]), len(now[there])])
        found[here] = told(learned(rows, labels, MOST_PLACES), usual[here])
    return np.clip(np.exp(found), 1 / HEAVIEST, HEAVIEST)


def _multicalibrated(before: pd.DataFrame, now: pd.DataFrame, places: Any, metric: str) -> float | None:
    known = Answers(*(before[name].to_numpy(float) for name in (TARGET, PREDICTION, PROBABILITY)))
    curve, count = calibration(known), len(before)
    starts = [_logit(curve.of(rows[PROBABILITY].to_numpy(float))) for rows in (before, now)]
    levels = np.digitize(np.concatenate(starts), np.quantile(starts[0], np.arange(1, MOST_PLACES) / MOST_PLACES))
    rows = np.column_stack([places, levels.astype(np.uint8)])
    learn, rest = slice(0, count // 2), slice(count // 2, count)
    trees = learned(rows[learn], known.outcomes[learn], MOST_PLACES, starts[0][learn])
    plain, better = starts[0][rest], starts[0][rest] + told(trees, rows[rest])
    scores = starts[1]
    if _lost(better, known.outcomes[rest]) < _lost(plain, known.outcomes[rest]):
        scores = scores + told(trees, rows[count:])
    asked = Answers(1 / (1 + np.exp(-scores)), now[PREDICTION].to_numpy(float), now[PROBABILITY].to_numpy(float))
    expected = measured(metric, asked)
    return expected.value(np.ones(len(now))) if expected else None


def _logit(shares: Any) -> Any:
    kept = np.clip(shares, _NEAR, 1 - _NEAR)
    return np.log(kept / (1 - kept))


def _lost(scores: Any, outcomes: Any) -> float:
    """Return the mean logarithmic loss."""
    return float(np.mean(np.logaddexp(0.0, np.where(outcomes > 0, -scores, scores))))
