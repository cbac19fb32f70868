"""Label noise by confident learning (Northcutt, Jiang & Chuang, 2021, https://doi.org/10.1613/jair.1.12125).

Each row of the sample is judged by a model that hasn't seen it: they are dealt out to folds by the hashes of rows.
A label is contradicted where the model gives another class at least the probability that it gives that class's own rows
on average, and leaves next to nothing for the label that is there.

The model is additive: least squares on bins of all columns, whose answers estimate the classes' probabilities. It's no
good model but a cheap and deterministic one. Where it doesn't tell the classes apart nothing is said, which is so where
a tenth of the labels are wrong, too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.findings.columns import is_goal_of_classes
from runners.ingest.findings.finding import MOST_EXAMPLES, Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.sampled import codes_of
from runners.ingest.profile.association import associate
from runners.ingest.profile.intervals import of_share
from runners.tables.summary.columns import is_class
from runners.tables.summary.numbers import keys_of
from runners.tables.types import Type

FOLDS = 5
FEWEST, FEWEST_EACH, MOST_CLASSES = 200, 20, 20
BINS, MOST_COLUMNS = 8, 40
"""Bins of a column, the one for missing values included, and columns that the model looks at."""
TELLS = 0.6
"""By how much a class's own rows must have a higher probability of it than all rows, or the model can't tell."""
SURE = 0.15
"""The highest probability that may be left for the label that is there."""
WORTH = 0.01
"""The lower end of the share of rows above which a model is probably worse for it."""
RIDGE = 1.0
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def of_noise(ground: Ground, rows: Mapping[str, Any]) -> Iterator[Finding]:
    """Find labels that contradict what the other rows of the sample say."""
    goal, target = ground.goal, ground.target
    if goal is None or target is None or not rows or not is_goal_of_classes(goal) or goal.distinct > MOST_CLASSES:
        return
    there = rows[target].is_valid().to_numpy(zero_copy_only=False)
    labels = codes_of(rows[target].filter(there))
    if len(labels) < FEWEST or len(np.unique(labels)) < 2 or np.bincount(labels).min() < FEWEST_EACH:
        return
    columns = [_bins(rows[name].filter(there), ground.features[name].type) for name in _told(ground)]
    bins = [column for column in columns if column is not None]
    if not bins:
        return
    margins = contradicted(out_of_fold(np.column_stack(bins), labels), labels)
    places = np.flatnonzero(margins > 0)
    low, high = of_share(len(places), len(labels))
    if low * len(labels) < 1:
        return
    yield Finding(
        "label_noise",
        "warning" if low > WORTH else "info",
        (target,),
        f"{len(places):,} of {len(labels):,} labels contradict the other rows: {len(places) / len(labels):.2%} "
        f"({low:.2%} to {high:.2%} of all)",
        f"have these rows labelled again (profile.json names them where it may), or ask where {target} comes from",
        {
            "rows": len(labels),
            "contradicted": len(places),
            "share": round(len(places) / len(labels), 6),
            "interval": [round(low, 6), round(high, 6)],
            "is_estimate": True,
        },
        _named(ground, rows, there, places[np.argsort(-margins[places], kind="stable")]),
    )


def _named(ground: Ground, rows: Mapping[str, Any], there: Any, places: Codes) -> tuple[str, ...]:
    """Return the identifiers of the rows that are contradicted most."""
    if ground.identifier is None or not ground.shows(ground.identifier) or not ground.shows(ground.target):
        return ()
    names = rows[ground.identifier].filter(there)
    return tuple(str(names[int(place)].as_py()) for place in places[:MOST_EXAMPLES])


def _told(ground: Ground) -> list[str]:
    """Return the columns that the model looks at: of many those that go with the target most."""
    strengths = {name: abs((associate(ground.summary, name) or {"value": 0.0})["value"]) for name in ground.features}
    return sorted(strengths, key=lambda name: (-strengths[name], name))[:MOST_COLUMNS]


def _bins(values: Any, type_: Type) -> Codes | None:
    """Return the bin of each value of a column, 0 where it's missing or rare; None where the column says nothing."""
    gaps = values.is_null().to_numpy(zero_copy_only=False)
    if gaps.all():
        return None
    codes = np.zeros(len(values), np.int64)
    if is_class(type_):
        if 2 * len(values.unique()) > len(values):
            return None
        found = codes_of(values.drop_null())
        counts = np.bincount(found)
        frequent = np.argsort(-counts, kind="stable")[: BINS - 1]
        frequent = frequent[counts[frequent] >= FEWEST_EACH]
        place_of = np.zeros(len(counts), np.int64)
        place_of[frequent] = np.arange(1, len(frequent) + 1)
        codes[~gaps] = place_of[found]
    else:
        keys = keys_of(values.drop_null())
        edges = np.unique(np.sort(keys)[(len(keys) * np.arange(1, BINS - 1)) // (BINS - 1)])
        codes[~gaps] = 1 + np.searchsorted(edges, keys, side="right")
    return codes if codes.min() != codes.max() else None


def out_of_fold(bins: Codes, labels: Codes) -> Floats:
    """Return for each row the probabilities of the classes by a model of the rows of the other folds.

    The rows stand in the order of hashes, so that every fifth of them is dealt by a hash.

    Args:
        bins: the bin of each row in each column.
        labels: the class of each row.
    """
    folds, classes = np.arange(len(labels)) % FOLDS, int(labels.max()) + 1
    places = np.column_stack([np.full(len(labels), bins.shape[1] * BINS), bins + BINS * np.arange(bins.shape[1])])
    parts = [_products(places[folds == fold], labels[folds == fold], classes) for fold in range(FOLDS)]
    found = np.zeros((len(labels), classes))
    for fold in range(FOLDS):
        others = [part for place, part in enumerate(parts) if place != fold]
        same, answers = (np.sum([part[place] for part in others], axis=0) for place in (0, 1))
        weights = np.linalg.solve(same + RIDGE * np.eye(len(same)), answers)
        found[folds == fold] = weights[places[folds == fold]].sum(axis=1)
    found = np.clip(found, 0, 1)
    total = found.sum(axis=1, keepdims=True)
    shares: Floats = np.where(total > 0, found / np.where(total > 0, total, 1), 1 / classes)
    return np.round(shares, 6)


def _products(places: Codes, labels: Codes, classes: int) -> tuple[Floats, Floats]:
    """Return how often two bins, and a bin and a class, are one row's: least squares need no more of the rows."""
    size = (places.shape[1] - 1) * BINS + 1
    same = np.zeros((size, size))
    for left in places.T:
        low = int(left.min())
        rows = min(BINS, size - low)
        both = (left - low)[:, None] * size + places
        same[low : low + rows] += np.bincount(both.ravel(), minlength=BINS * size).reshape(BINS, size)[:rows]
    answers = np.bincount((places * classes + labels[:, None]).ravel(), minlength=size * classes)
    return same, answers.reshape(size, classes).astype(np.float64)


def contradicted(probabilities: Floats, labels: Codes) -> Floats:
    """Return by how much each row's label is contradicted, 0 where it isn't."""
    classes = probabilities.shape[1]
    own = np.array([probabilities[labels == one, one].mean() for one in range(classes)])
    tells = own - probabilities.mean(axis=0) > TELLS * (1 - probabilities.mean(axis=0))
    can_be = (probabilities >= own) & tells
    can_be[np.arange(len(labels)), labels] = False
    other = np.where(can_be, probabilities, 0).max(axis=1)
    given = probabilities[np.arange(len(labels)), labels]
    return np.where((other > 0) & (given < SURE), other - given, 0.0)
