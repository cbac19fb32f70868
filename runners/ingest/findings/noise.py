"""Label noise by confident learning (Northcutt, Jiang & Chuang, 2021, https://doi.org/10.1613/jair.1.12125).

Each row of the sample is judged by a model that hasn't seen it: they are dealt out to folds by the hashes of rows.
A label is contradicted where the model gives another class at least the probability that it gives that class's own rows
on average, and leaves next to nothing for the label that is there.

The model is additive: least squares on bins of all columns, whose answers estimate the classes' probabilities. It's no
good model but a cheap and deterministic one; where it doesn't tell the classes apart, nothing is said.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.findings.columns import is_goal_of_classes
from runners.ingest.findings.finding import MOST_EXAMPLES, Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.findings.sampled import codes_of
from runners.ingest.profile.intervals import of_share
from runners.tables.summary.columns import is_class
from runners.tables.summary.numbers import keys_of

FOLDS = 5
FEWEST, FEWEST_EACH, MOST_CLASSES = 200, 20, 20
BINS, MOST_BINS = 8, 1_000
"""Bins of a column, and of all columns together."""
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
    names = [name for name in ground.features if name in rows]
    inputs = _binned([rows[name].filter(there) for name in names], [ground.features[name].type for name in names])
    if inputs is None:
        return
    margins = contradicted(out_of_fold(inputs, labels), labels)
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


def _binned(columns: list[Any], types: list[str]) -> Floats | None:
    """Return rows as ones and noughts: a place for each bin of each column; None where no column says anything."""
    parts = [part for values, type_ in zip(columns, types, strict=True) if (part := _places(values, type_)) is not None]
    wide = [part for part in parts if part.shape[1] > 1]
    most = max(1, MOST_BINS // BINS)
    return np.concatenate([np.ones((len(wide[0]), 1)), *wide[:most]], axis=1) if wide else None


def _places(values: Any, type_: str) -> Floats | None:
    gaps = values.is_null().to_numpy(zero_copy_only=False)
    if gaps.all():
        return None
    codes = np.full(len(values), -1, np.int64)
    if is_class(type_):  # type: ignore[arg-type]
        found = codes_of(values.drop_null())
        frequent = np.argsort(-np.bincount(found), kind="stable")[:BINS]
        if np.bincount(found).max() < FEWEST_EACH:
            return None
        place_of = np.full(found.max() + 1, -1)
        place_of[frequent] = np.arange(len(frequent))
        codes[~gaps] = place_of[found]
    else:
        keys = keys_of(values.drop_null())
        edges = np.unique(np.sort(keys)[(len(keys) * np.arange(1, BINS)) // BINS])
        codes[~gaps] = np.searchsorted(edges, keys, side="right")
    return np.eye(codes.max() + 2)[codes][:, : codes.max() + 1]


def out_of_fold(inputs: Floats, labels: Codes) -> Floats:
    """Return for each row the probabilities of the classes by a model of the rows of the other folds.

    The rows stand in the order of hashes, so that every fifth of them is dealt by a hash.
    """
    folds, classes = np.arange(len(labels)) % FOLDS, int(labels.max()) + 1
    truth = np.eye(classes)[labels]
    found = np.zeros((len(labels), classes))
    whole, answers = inputs.T @ inputs + RIDGE * np.eye(inputs.shape[1]), inputs.T @ truth
    for fold in range(FOLDS):
        held = inputs[folds == fold]
        weights = np.linalg.solve(whole - held.T @ held, answers - held.T @ truth[folds == fold])
        found[folds == fold] = held @ weights
    found = np.clip(found, 0, 1)
    total = found.sum(axis=1, keepdims=True)
    shares: Floats = np.where(total > 0, found / np.where(total > 0, total, 1), 1 / classes)
    return np.round(shares, 6)


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
