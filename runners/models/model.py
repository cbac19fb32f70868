"""A loaded model: columns in, predictions out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from runners.contract.mistakes import shown
from runners.models.columns import Values
from runners.models.coverage import LOWER, SET, UPPER, bounds, within
from runners.models.errors import ModelInputError, ModelRefused
from runners.models.feed import Feed, prepared
from runners.models.label_sets import texts_of
from runners.models.plain import Lists, Plain
from runners.models.signature import Label, Signature

Array = NDArray[Any]
Tensors = Mapping[str, Array]
Rows = Tensors | Lists
"""Rows of a request that fit the model: tensors, or lists that become tensors with those of others."""


class Engine(Protocol):
    """What runs a model of one format."""

    def run(self, tensors: Mapping[str, Array], output: str) -> Any:
        """Return the raw output of this name for input tensors by name, each [N, width]."""


class Prediction(NamedTuple):
    """What a model answers, for N rows.

    `prediction` [N] holds classes as the target column has them, numbers, or sets of labels as texts. `probability` [N]
    is that of a binary model's positive class; `probabilities` [N, classes] are those of a model of several. A model
    that tells no probabilities has neither. `lower` and `upper` [N] are about a number, and `sets` [N] of classes, as
    texts, about a class, where a model was calibrated to answer them.
    """

    prediction: Array
    probability: Array | None = None
    probabilities: Array | None = None
    lower: Array | None = None
    upper: Array | None = None
    sets: Array | None = None

    def as_columns(self) -> dict[str, Array]:
        """Return the answers by the names of the signature's outputs."""
        columns = {"prediction": self.prediction}
        if self.probability is not None:
            columns["predicted_probability"] = self.probability
        if self.probabilities is not None:
            columns["probabilities"] = self.probabilities
        if self.lower is not None and self.upper is not None:
            columns |= {LOWER: self.lower, UPPER: self.upper}
        if self.sets is not None:
            columns[SET] = self.sets
        return columns

    def take(self, rows: slice) -> "Prediction":
        """Return the answers for some rows."""
        return Prediction(self.prediction[rows], *[None if one is None else one[rows] for one in self[1:]])


@dataclass(frozen=True)
class Model:
    """A model that was loaded; safe to share between threads."""

    signature: Signature
    engine: Engine
    background: bytes = b""
    """The file that rows are held against where predictions are explained; empty where there is none."""
    generation: bytes = b""
    """The file that says what its numbers are as text, of a model of the next token; empty where it is none."""

    @cached_property
    def _feed(self) -> Feed:
        return Feed(self.signature)

    @cached_property
    def _plain(self) -> Plain:
        return Plain(self.signature)

    def prepared(self, columns: Mapping[str, Values]) -> Mapping[str, Values]:
        """Return columns with the numbers of pictures, which `predict` takes as well as the pictures.

        Raises:
            ModelInputError: one is no picture.
        """
        return prepared(self.signature, columns)

    def predict(self, columns: Mapping[str, Values]) -> Prediction:
        """Answer for the rows of some columns, given as lists or arrays of N values by name.

        Raises:
            ModelInputError: a column is missing, unknown, of a wrong type or shape, or has no finite answer.
        """
        return self.answer(self.prepare(columns))

    def prepare(self, columns: Mapping[str, Values]) -> dict[str, Array]:
        """Bring the columns of a request to the tensors of the model's file: what fails here is the request's fault.

        Raises:
            ModelInputError: a column is missing, unknown, or of a wrong type or shape.
        """
        return self._feed.tensors(columns)

    def rows(self, columns: Mapping[str, Values]) -> Rows:
        """Return the rows of a request as they wait to be answered with others; what fails here is the request's fault.

        Raises:
            ModelInputError: a column is missing, unknown, or of a wrong type or shape.
        """
        return self._plain.lists(columns) or self.prepare(columns)

    def together(self, asked: Sequence[Rows]) -> Tensors:
        """Return the tensors of several requests' rows, of one form and shape, one after the other."""
        first = asked[0]
        if isinstance(first, list):
            return self._plain.tensors(asked)  # type: ignore[arg-type]  # they are of one form
        if len(asked) == 1:
            return first
        return {name: np.concatenate([one[name] for one in asked]) for name in first}  # type: ignore[call-overload]

    def answer(self, tensors: Mapping[str, Array]) -> Prediction:
        """Answer for the rows of tensors that were prepared.

        Raises:
            ModelInputError: a row has no finite answer.
        """
        rows = len(next(iter(tensors.values())))
        raw = self.engine.run(tensors, self.signature.raw)
        return read(raw, self.signature, rows)


def read(raw: Any, signature: Signature, rows: int) -> Prediction:
    """Read a model's raw output by its signature.

    Raises:
        ModelInputError: an answer is not finite.
        ModelRefused: the output hasn't the shape that the signature says.
    """
    if signature.reading == "label":
        return Prediction(labels(raw, signature.classes, rows))
    scores = _finite(_matrix(raw, signature.classes, rows))
    if signature.reading == "value":
        return _numbers(scores[:, 0], signature)
    if signature.reading == "positive":
        scores = np.concatenate([1 - scores[:, :1], scores[:, :1]], axis=1)
    if scores.shape[1] != len(signature.classes):
        what = f"the model answers {scores.shape[1]} probabilities for {len(signature.classes)} classes"
        raise ModelRefused(what, signature.file, "train it again")
    if signature.thresholds:
        has = scores >= np.array(signature.thresholds)
        return Prediction(texts_of(has, signature.classes), probabilities=scores)
    return _classes(scores, signature)


def _numbers(numbers: Array, signature: Signature) -> Prediction:
    if signature.coverage is None:
        return Prediction(numbers)
    lower, upper = bounds(numbers, signature.coverage)
    return Prediction(numbers, lower=lower, upper=upper)


def _classes(scores: Array, signature: Signature) -> Prediction:
    told = Prediction(array_of(signature.classes)[scores.argmax(axis=1)], probabilities=scores)
    if signature.positive is not None:
        chances = scores[:, signature.classes.index(signature.positive)]
        told = Prediction(told.prediction, probability=chances)
    if signature.coverage is None:
        return told
    return told._replace(sets=texts_of(within(scores, signature.coverage), signature.classes))


def _matrix(raw: Any, classes: tuple[Label, ...], rows: int) -> Array:
    """Bring numbers [N], [N, k], or one mapping from class to probability a row, to [N, k]."""
    if isinstance(raw, list) and raw and isinstance(raw[0], Mapping):
        keys = list(raw[0])
        order = sorted(keys, key=lambda key: _place(key, classes))
        raw = [[row[key] for key in order] for row in raw]
    array = np.asarray(raw, np.float64)
    if array.size % rows or not array.size:
        raise ModelRefused(f"the model answers {list(array.shape)} for {rows} rows", fix="train it again")
    return array.reshape(rows, -1)


def _place(key: Any, classes: tuple[Label, ...]) -> int:
    """Return a class's place; a map's keys are numbers or texts, where the classes may be truth values."""
    return next((i for i, label in enumerate(classes) if label == key or str(label) == str(key)), len(classes))


def _finite(scores: Array) -> Array:
    are_finite = np.isfinite(scores)
    if not are_finite.all():
        bad = np.flatnonzero(~are_finite.all(axis=1))
        what = f"the model has no finite answer for row {bad[0]}: a value is missing there, or far out of range"
        raise ModelInputError(what)
    return scores


def labels(raw: Any, classes: tuple[Label, ...], rows: int) -> Array:
    """Bring a model's own labels to the classes that the target column has.

    Raises:
        ModelRefused: a label is none of the classes.
    """
    answered = [value.decode() if isinstance(value, bytes) else value for value in np.asarray(raw).ravel().tolist()]
    places = [_place(value, classes) for value in answered]
    if len(places) != rows or len(classes) in places:
        stranger = next((v for v, p in zip(answered, places, strict=True) if p == len(classes)), answered[:1])
        what = f"the model answers {shown(stranger)}, and the classes are {', '.join(map(str, classes[:20]))}"
        raise ModelRefused(what, fix="let the model answer the values of the target column")
    return array_of(classes)[places]


def array_of(classes: tuple[Label, ...]) -> Array:
    """Return classes as an array of their own type; texts as objects."""
    array = np.array(classes)
    return array.astype(np.object_) if array.dtype.kind == "U" else array
