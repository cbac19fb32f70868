"""The losses of each chunk's model on each row: computed once for a stream, kept in `.bench/worth/`.

Model k learns from chunk k alone. `held_out` are its losses on that chunk by models that learned from three quarters of
it, cut by time: what a training knows of the model's risk without another row. A loss is 1 for a wrong class; of
numbers it is the error, over the distance between the 5 % and the 95 % quantile of the first chunk's targets, and at
most 1.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.worth.stream import Stream

Floats = NDArray[np.float64]
FOLDS = 4
TREES = {"num_leaves": 15, "learning_rate": 0.15, "min_data_in_leaf": 10, "num_threads": 1, "verbose": -1, "seed": 0}
ROUNDS = 30
FORMAT = "6"
"""Another one computes all anew."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses by model and row."""

    of_rows: Floats
    """Shape [models, chunks, rows of a chunk]; those of a model on its own chunk and before mean nothing."""
    held_out: Floats
    """Shape [models, rows of a chunk]."""

    @property
    def chunks(self) -> int:
        """Return how many there are."""
        return len(self.of_rows[0])

    @property
    def rows(self) -> int:
        """Return how many a chunk has."""
        return len(self.of_rows[0, 0])

    @property
    def costs(self) -> Floats:
        """Return the sums of losses: shape [trained at, evaluated on]."""
        sums: Floats = self.of_rows.sum(axis=2)
        return sums


def losses_of(stream: Stream, folder: Path | None, models: int | None = None) -> Losses:
    """Return the losses, from the folder if it has them.

    Args:
        stream: of rows.
        folder: where they are kept; without it they aren't.
        models: only so many, of the first chunks.
    """
    if folder is None:
        return _computed(stream, models)
    kept = folder / f"{_name(stream)}.npz"
    if not kept.exists():
        found = _computed(stream, models)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(kept, of_rows=found.of_rows.astype(np.float32), held_out=found.held_out.astype(np.float32))
    with np.load(kept) as read:
        return Losses(read["of_rows"].astype(np.float64), read["held_out"].astype(np.float64))


def _name(stream: Stream) -> str:
    content = pd.util.hash_pandas_object(stream.features.assign(_target=stream.target), index=False).to_numpy()
    told = f"{FORMAT} {stream.chunk} {stream.classes} {stream.is_linear} {sha256(content.tobytes()).hexdigest()}"
    return sha256(told.encode()).hexdigest()[:24]


def _computed(stream: Stream, models: int | None) -> Losses:
    rows = stream.chunks * stream.chunk
    features, target = stream.features.iloc[:rows].to_numpy(np.float64), stream.target[:rows]
    low, high = np.quantile(stream.target[: stream.chunk], [0.05, 0.95])
    scale = 0.0 if stream.classes else max(float(high - low), 1e-9)
    of_rows, held_out = [], []
    for number in range(stream.chunks if models is None else models):
        part = slice(number * stream.chunk, (number + 1) * stream.chunk)
        of_rows.append(_lost(_fitted(stream, features[part], target[part]), features, target, scale))
        held_out.append(_held_out(stream, features[part], target[part], scale))
    shape = (len(of_rows), stream.chunks, stream.chunk)
    return Losses(np.array(of_rows).reshape(shape), np.array(held_out))


def _held_out(stream: Stream, features: Floats, target: NDArray[Any], scale: float) -> Floats:
    fold = np.arange(len(target)) * FOLDS // len(target)
    found = np.zeros(len(target))
    for number in range(FOLDS):
        out = fold == number
        model = _fitted(stream, features[~out], target[~out])
        found[out] = _lost(model, features[out], target[out], scale)
    return found


def _lost(model: Any, features: Floats, target: NDArray[Any], scale: float) -> Floats:
    told = model(features)
    found: Floats = np.minimum(1.0, np.abs(told - target) / scale) if scale else (told != target).astype(np.float64)
    return found


def _fitted(stream: Stream, features: Floats, target: NDArray[Any]) -> Any:
    """Return what predicts; rows of one class alone have one answer."""
    if stream.classes and len(np.unique(target)) == 1:
        return lambda rows: np.full(len(rows), target[0])
    if not stream.is_linear:
        return _grown(stream, features, target)
    last = LogisticRegression(max_iter=500) if stream.classes else Ridge(1.0)
    return make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), last).fit(features, target).predict


def _grown(stream: Stream, features: Floats, target: NDArray[Any]) -> Any:
    """Return what predicts by a few trees."""
    kind = {0: {"objective": "regression"}, 2: {"objective": "binary"}}
    objective = kind.get(stream.classes, {"objective": "multiclass", "num_class": stream.classes})
    booster = lightgbm.train({**TREES, **objective}, lightgbm.Dataset(features, target), ROUNDS)
    if stream.classes == 0:
        return booster.predict
    if stream.classes == 2:
        return lambda rows: (np.asarray(booster.predict(rows)) > 0.5).astype(int)
    return lambda rows: np.asarray(booster.predict(rows)).argmax(axis=1)
