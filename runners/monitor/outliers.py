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
from math import log, sqrt
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.boosting import learned, told
from runners.monitor.chance import CERTAIN, of_order, of_ranks
from runners.monitor.columns import Column, coded_of, tally
from runners.monitor.places import places_of
from runners.monitor.rarity import Rarity
from runners.monitor.scores import Answers, area
from runners.monitor.tables import Tables

USUAL = 0.01
"""The share of outliers among the rows held out, by construction."""
FEWEST_ROWS, MOST_ROWS = 20, 4_000
"""Of the window and of the reference, to learn to tell them apart."""
_STRANGEST = 5
MOST_PLACES = 32
"""Bins of a column, to learn to tell them apart."""
WRONG = 0.05
"""The probability with which fewer rows are unlike the reference than is told."""


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
    """The ROC AUC of telling the window's rows from the reference's, and the chance of as high a one without drift.

    `share` is how many of the window's rows are unlike any of the reference's, at the least.
    """

    area: float
    chance: float = CERTAIN
    share: float = 0.0


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
    rows, random = min(len(reference), len(now), MOST_ROWS), np.random.default_rng(seed)
    if rows < FEWEST_ROWS:
        return None
    both = [table.iloc[random.permutation(len(table))[:rows]] for table in (reference, now)]
    places, half, rest = np.split(places_among(both, columns), 2), rows // 2, rows - rows // 2
    learn, test = (np.concatenate([side[part] for side in places]) for part in (slice(half), slice(half, None)))
    trees = learned(learn, np.repeat([0, 1], half), MOST_PLACES)
    answers = Answers(np.repeat([0.0, 1.0], rest), np.zeros(2 * rest), told(trees, test))
    found, (usual, asked) = area(answers), np.split(answers.scores, 2)
    return Distance(max(0.5, found), of_ranks(found, rest, rest), unlike(usual, asked))


def unlike(usual: Any, asked: Any) -> float:
    """Return which share of what is asked is unlike what is usual, at the least, by scores that weren't learned from.

    No part of the usual rows has a larger share above a score than the others that are mixed in allow. Both shares are
    within the bounds of Massart (1990, https://doi.org/10.1214/aop/1176990746) at all scores at once.
    """
    scores = np.sort(np.concatenate([usual, asked]))
    below = [np.searchsorted(np.sort(side), scores, side="right") / len(side) for side in (usual, asked)]
    slack = sum(sqrt(log(2 / WRONG) / (2 * len(side))) for side in (usual, asked))
    return max(0.0, float((below[0] - below[1]).max()) - slack)


def places_among(both: Sequence[pd.DataFrame], columns: Sequence[Column]) -> Any:
    """Return for each row of two tables, one after the other, the place of each value among the bins of both."""
    found = []
    for one in columns:
        sides = [table[one.name] for table in both]
        if one.kind == "number":
            numbers = np.concatenate([side.to_numpy(float) for side in sides])
            known = numbers[~np.isnan(numbers)]
            levels = np.arange(1, MOST_PLACES - 1) / (MOST_PLACES - 1)
            edges = np.unique(np.quantile(known, levels)).tolist() if len(known) else []
            places = [places_of(part, edges) + (~np.isnan(part)).astype(np.uint8) for part in np.split(numbers, 2)]
        else:
            places = _ranks(sides)
        found.append(np.concatenate(places))
    return np.column_stack(found)


def _ranks(sides: Sequence["pd.Series[Any]"]) -> list[Any]:
    """Return the place of each category among the most frequent of both sides; 0 is a gap, the last is all others."""
    counts = pd.concat([tally(side) for side in sides])
    common = counts.groupby(level=0, sort=False).sum().sort_values(ascending=False, kind="stable").index
    place, others = {name: at for at, name in enumerate(common[: MOST_PLACES - 2], 1)}, MOST_PLACES - 1
    coded = (coded_of(side) for side in sides)
    return [
        np.array([*(place.get(name, others) for name in distinct), 0], dtype=np.uint8)[codes]
        for codes, distinct in coded
    ]
