"""Rows that are unlike the training data, one by one and as a whole.

One by one: a row is as strange as its values are rare, added up over the columns: a number by how few of the known rows
lie as far out on its side, a category by its share of them, and -log of each (ECOD: Li et al., 2022,
https://arxiv.org/abs/2201.00382). It is an outlier where it is stranger than 99 % of the rows held out, so that 1 % is
usual. Every row is looked at, in one pass.

As a whole: a classifier two-sample test (Lopez-Paz & Oquab, 2017, https://arxiv.org/abs/1610.06545) learns to tell the
window's rows from the reference's on one half of both, and its ROC AUC on the other half is the distance: 0.5 where
they can't be told apart, 1 where every row gives itself away. It is learned from some thousand rows, drawn by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chance import CERTAIN, of_order, of_ranks
from runners.monitor.columns import Column
from runners.monitor.engine import quiet
from runners.monitor.rarity import Rarity
from runners.monitor.tables import Tables

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

USUAL = 0.01
"""The share of outliers among the rows held out, by construction."""
FEWEST_ROWS, MOST_ROWS = 20, 4_000
"""Of the window and of the reference, to learn to tell them apart."""
_STRANGEST = 5


@dataclass(frozen=True, slots=True)
class Outliers:
    """The share of rows above `limit`, the held-out rows' 99th percentile of strangeness, and the strangest rows.

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


def find_outliers(tables: Tables, columns: Sequence[Column]) -> Outliers | None:
    """Say how rare values are by the known rows, take the limit from those held out, and hold the window's rows to it.

    None where too few rows were held out to tell the strangest hundredth.
    """
    if len(tables.held_out) * USUAL < 1:
        return None
    tails = [Rarity.of(tables.known[one.name], one) for one in columns]
    usual, scores = (_strangeness(rows, columns, tails) for rows in (tables.held_out, tables.now))
    above = int(len(usual) * USUAL)
    limit = float(np.sort(usual)[-above - 1])
    beyond = np.flatnonzero(scores > limit)
    strangest = beyond[np.argsort(-scores[beyond], kind="stable")[:_STRANGEST]]
    share, chance = len(beyond) / len(scores), of_order(len(beyond), len(scores), above, len(usual))
    return Outliers(share, limit, tuple(strangest.tolist()), chance)


def _strangeness(rows: pd.DataFrame, columns: Sequence[Column], tails: Sequence[Rarity]) -> Any:
    found = np.zeros(len(rows), dtype=np.float32)
    for one, tail in zip(columns, tails, strict=True):
        found += tail.of_values(rows[one.name])
    return found


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


def _codes(rows: pd.DataFrame, columns: Sequence[Column]) -> Matrix:
    numbered = [rows[one.name] if one.kind == "number" else pd.factorize(rows[one.name])[0] for one in columns]
    return np.column_stack([np.asarray(values, dtype=float) for values in numbered])
