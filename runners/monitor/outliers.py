"""Rows that are unlike the training data, one by one and as a whole.

One by one: an isolation forest (Liu, Ting & Zhou, 2008, https://doi.org/10.1109/ICDM.2008.17) is grown on one part of
the reference; a row is an outlier where it is easier to isolate than 99 % of the rows held out, so that 1 % is usual.
Categories go in as their share of the reference: a rare one is low, an unseen one 0.

As a whole: a classifier two-sample test (Lopez-Paz & Oquab, 2017, https://arxiv.org/abs/1610.06545) learns to tell the
window's rows from the reference's on one half of both, and its ROC AUC on the other half is the distance: 0.5 where
they can't be told apart, 1 where every row gives itself away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chance import CERTAIN, of_order, of_ranks
from runners.monitor.columns import Column
from runners.monitor.engine import quiet
from runners.monitor.tables import Tables

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

USUAL = 0.01
"""The share of outliers among the rows held out, by construction."""
FEWEST_ROWS, MOST_ROWS = 20, 4_000
"""Of the window and of the reference, to learn to tell them apart."""
_STRANGEST = 5
_LARGEST = 1e30
"""The forest computes with 32 bits."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """The share of rows above `limit`, the held-out rows' 99th percentile of the anomaly score, and the strangest rows.

    `chance` is the probability of as large a share without any change.
    """

    share: float
    limit: float
    strangest: tuple[int, ...]
    chance: float = CERTAIN


@dataclass(frozen=True, slots=True)
class Distance:
    """The ROC AUC of telling the window's rows from the reference's, and the chance of as high a one without drift."""

    area: float
    chance: float = CERTAIN


def find_outliers(tables: Tables, columns: Sequence[Column], *, seed: int) -> Outliers | None:
    """Grow a forest on the known rows, take its limit from those held out, and score the window's rows by it.

    None where too few rows were held out to tell the strangest hundredth.
    """
    from sklearn.ensemble import IsolationForest

    if len(tables.held_out) * USUAL < 1:
        return None
    known, held_out, after = (
        _rarities(rows, tables.known, columns) for rows in (tables.known, tables.held_out, tables.now)
    )
    drawn = min(256, len(known))
    forest = IsolationForest(n_estimators=100, max_samples=drawn, random_state=seed, n_jobs=1).fit(known)
    usual, scores = -forest.score_samples(held_out), -forest.score_samples(after)
    above = int(len(usual) * USUAL)
    limit = float(np.sort(usual)[-above - 1])
    strangest = tuple(int(at) for at in np.argsort(-scores, kind="stable")[:_STRANGEST] if scores[at] > limit)
    beyond = int((scores > limit).sum())
    return Outliers(beyond / len(scores), limit, strangest, of_order(beyond, len(scores), above, len(usual)))


def distance(reference: pd.DataFrame, now: pd.DataFrame, columns: Sequence[Column], *, seed: int) -> Distance | None:
    """Return how well the window's rows can be told from the reference's: 0.5 not at all, 1 always.

    None where either has fewer rows than can be learned from.
    """
    from lightgbm import LGBMClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split

    rows = min(len(reference), len(now), MOST_ROWS)
    if rows < FEWEST_ROWS:
        return None
    both = [table.sample(rows, random_state=seed) for table in (reference, now)]
    features, is_now = _codes(pd.concat(both, ignore_index=True), columns), np.repeat([0, 1], rows)
    learn, test, label, truth = train_test_split(features, is_now, test_size=0.5, random_state=seed, stratify=is_now)
    model = LGBMClassifier(n_estimators=50, num_leaves=15, random_state=seed, n_jobs=1, verbose=-1)
    with quiet():
        told = model.fit(learn, label).predict_proba(test)[:, 1]
    area, ones = float(roc_auc_score(truth, told)), int(np.sum(truth))
    return Distance(max(0.5, area), of_ranks(area, ones, len(truth) - ones))


def _rarities(rows: pd.DataFrame, reference: pd.DataFrame, columns: Sequence[Column]) -> Matrix:
    return np.column_stack([_rarity(rows[one.name], reference[one.name], one) for one in columns])


def _rarity(values: "pd.Series[Any]", reference: "pd.Series[Any]", column: Column) -> Any:
    if column.kind == "number":
        middle = float(reference.median()) if reference.notna().any() else 0.0
        return values.fillna(middle).clip(-_LARGEST, _LARGEST).to_numpy(float)
    shares = reference.value_counts(normalize=True, dropna=False)
    return values.map(shares).fillna(0.0).to_numpy(float)


def _codes(rows: pd.DataFrame, columns: Sequence[Column]) -> Matrix:
    numbered = [rows[one.name] if one.kind == "number" else pd.factorize(rows[one.name])[0] for one in columns]
    return np.column_stack([np.asarray(values, dtype=float) for values in numbered])
