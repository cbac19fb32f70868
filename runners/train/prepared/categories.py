"""Categories: texts, whole numbers and truths as columns of numbers."""

from typing import Any

import numpy as np
from onnx import TensorProto

from runners.contract import InputError
from runners.contract.preparations import Encode
from runners.train.preparation import UNSEEN, categories_of
from runners.train.prepared.columns import Array, Given, Ready
from runners.train.prepared.graph import CONTRIB, LEARNING

MOST_CLASSES = 20
"""Classes of a target up to which each has a column of its own in `target`."""


def encoded(given: Given, how: Encode) -> Ready:
    """Return a column of categories as numbers.

    Raises:
        InputError: its numbers have fractions, or the target has too many classes.
    """
    if how.by == "hashing":
        return _hashed(given, how.buckets)
    keyed = _keyed(given)
    known = _most_frequent(given, keyed, how.most)
    if how.by == "target":
        return _by_target(given, keyed, known, how.smoothing)
    if how.by == "ordinal":
        places = _looked_up(given, keyed, known, np.arange(len(known), dtype=np.float32), float(UNSEEN))
        return Ready((given.name,), places)
    places = _looked_up(given, keyed, known, np.arange(len(known), dtype=np.int64), UNSEEN)
    is_one = given.graph.add("Equal", places, np.arange(len(known), dtype=np.int64).reshape(1, -1))
    missing = {"", int(_NONE)} if given.datatype in ("BYTES", "FP32", "FP64") else set()
    names = tuple(
        f"{given.name} is missing" if category in missing else f"{given.name}={category}" for category in known.tolist()
    )
    return Ready(names, given.graph.add("Cast", is_one, to=TensorProto.FLOAT))


def _keyed(given: Given) -> str:
    """Return the tensor of texts or whole numbers that categories are looked up by.

    Raises:
        InputError: a number has a fraction.
    """
    if given.datatype in ("BYTES", "INT64", "BOOL"):
        return given.tensor
    values = given.values
    values = values[~np.isnan(values)]
    if (np.floor(values) != values).any() or (np.abs(values) >= 2**53).any():
        what = f"{given.name} holds numbers with fractions, and categories are texts or whole numbers"
        raise InputError(what, f"preparations.{given.name}", "leave encode out, or write categories as texts")
    graph = given.graph
    wide = graph.add("Cast", given.tensor, to=TensorProto.DOUBLE)
    is_small = graph.add("Less", graph.add("Abs", wide), np.float64(2**53))
    is_whole = graph.add("And", is_small, graph.add("Equal", graph.add("Floor", wide), wide))
    whole = graph.add("Where", is_whole, wide, np.float64(_FRACTION))
    known = graph.add("Where", graph.add("IsNaN", wide), np.float64(_NONE), whole)
    return graph.add("Cast", known, to=TensorProto.INT64)


_NONE = -(2.0**60)
"""The whole number that stands for a missing one."""
_FRACTION = -(2.0**60) - 2.0**10
"""The whole number that stands for one with a fraction, or beyond what doubles hold: no training row has one."""


def _most_frequent(given: Given, keyed: str, most: int) -> Array:
    values = given.graph.values(keyed)[:, 0] if keyed != given.tensor else given.values
    if given.datatype == "BYTES":
        return categories_of(values)[:most] if most >= len(set(values.tolist())) else _some(values, most)
    found, counts = np.unique(values, return_counts=True)
    return np.sort(found[np.argsort(-counts, kind="stable")[:most]])


def _some(texts: Array, most: int) -> Array:
    found, counts = np.unique(texts.astype(str), return_counts=True)
    return np.sort(found[np.argsort(-counts, kind="stable")[:most]]).astype(np.object_)


def _looked_up(given: Given, keyed: str, known: Array, values: Array, otherwise: Any) -> str:
    kind = "strings" if given.datatype == "BYTES" else "int64s"
    told = {f"keys_{kind}": known.tolist()}
    if values.dtype.kind == "i":
        told |= {"values_int64s": values.tolist(), "default_int64": int(otherwise)}
    else:
        told |= {"values_floats": values.tolist(), "default_float": float(otherwise)}
    return given.graph.add("LabelEncoder", keyed, domain=LEARNING, **told)


def _hashed(given: Given, buckets: int) -> Ready:
    """Deal categories out to buckets by a hash, so that one which nobody has seen yet has a bucket too."""
    graph = given.graph
    keyed = _keyed(given)
    texts = keyed if given.datatype == "BYTES" else graph.add("Cast", keyed, to=TensorProto.STRING)
    bucket = bucket_of(given, texts, buckets)
    is_one = graph.add("Equal", bucket, np.arange(buckets, dtype=np.int64).reshape(1, -1))
    names = tuple(f"{given.name} #{place}" for place in range(buckets))
    return Ready(names, graph.add("Cast", is_one, to=TensorProto.FLOAT))


def bucket_of(given: Given, texts: str, buckets: int) -> str:
    """Return the bucket of each text."""
    graph = given.graph
    hashed = graph.add("Cast", graph.add("MurmurHash3", texts, domain=CONTRIB, positive=1), to=TensorProto.INT64)
    return graph.add("Mod", hashed, np.int64(buckets))


def _by_target(given: Given, keyed: str, known: Array, smoothing: float) -> Ready:
    """Encode by how the target is where a category is.

    Of a training row it is how the target is in *other* folds (Micci-Barreca, 2001; scikit-learn's TargetEncoder does
    the same), because its own answer would tell it what it is to find out.
    """
    targets = _targets(given)
    values = given.graph.values(keyed)[:, 0] if keyed != given.tensor else given.values
    folds = given.folds if given.folds is not None else np.arange(len(values)) % FOLDS

    def means(target: Array, rows: Array) -> str:
        found = _means(known, values[rows], target[rows], smoothing)
        return _looked_up(given, keyed, known, *found)

    tensors, training = [], np.empty((len(values), targets.shape[1]), np.float32)
    for place, target in enumerate(targets.T):
        for fold in range(FOLDS):
            apart = means(target, folds != fold)
            training[folds == fold, place] = given.graph.values(apart)[folds == fold, 0]
            given.graph.forget(apart)
        tensors.append(means(target, np.ones(len(values), np.bool_)))
    names = tuple(f"{given.name} by target {place}" if len(tensors) > 1 else f"{given.name} by target"
                  for place in range(len(tensors)))  # fmt: skip
    tensor = tensors[0] if len(tensors) == 1 else given.graph.add("Concat", *tensors, axis=1)
    return Ready(names, tensor, training)


FOLDS = 5
"""Parts of the training rows, each of which is encoded by the others."""


def _targets(given: Given) -> Array:
    """Return what is averaged: the number, whether it is the second class, or whether it is each of several."""
    if given.classes > MOST_CLASSES:
        what = f"the target has {given.classes} classes, and up to {MOST_CLASSES} have a column each"
        raise InputError(what, f"preparations.{given.name}", "encode by one_hot or hashing")
    if given.truth.ndim == 2:
        return given.truth.astype(np.float64)
    if given.classes > 2:
        each: Array = (given.truth[:, None] == np.arange(given.classes)).astype(np.float64)
        return each
    truth = given.truth.astype(np.float64).reshape(-1, 1)
    return truth if given.classes else (truth - truth.mean()) / (truth.std() or 1.0)  # families take columns scaled


def _means(known: Array, values: Array, target: Array, smoothing: float) -> tuple[Array, float]:
    """Return the mean of the target of each category, drawn towards the overall one; and that one."""
    overall = float(target.mean()) if len(target) else 0.0
    places = {category: place for place, category in enumerate(known.tolist())}
    at = np.array([places.get(value, -1) for value in values.tolist()], np.int64)
    sums = np.bincount(at[at >= 0], target[at >= 0], len(known))
    counts = np.bincount(at[at >= 0], minlength=len(known)) + smoothing
    means = np.where(counts > 0, (sums + smoothing * overall) / np.maximum(counts, 1e-300), overall)
    return means.astype(np.float32), overall
