"""Explaining: what each column of a row adds to an answer, for a model of any kind, by asking it.

What is explained is what is answered: a number, or the probability of a class; of a model that tells no probabilities,
whether it answers a class. Columns are those of a request: what is made of them is inside of the model.
"""

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runners.models.background import FILE, Background, read_background
from runners.models.errors import ModelInputError
from runners.models.model import Model, Prediction
from runners.models.parts import MOST_WORDS, Row, in_parts, patches_of
from runners.models.shapley import Plan, Shares, shares
from runners.models.signature import Signature

Array = NDArray[Any]
MOST_COLUMNS = 1000
"""Columns up to which a model's answers are explained."""
CALLS = 4096
"""Answers that a model is asked for to explain one."""
_CELLS = 2**20
"""Values of a tensor that the model is asked about at once."""


class Explained(NamedTuple):
    """How the answers to a row come about.

    `base` and `whole` [answers] are the mean answer to the background and that to the row; `columns` and `errors`
    [columns, answers] what each column adds, and the standard error of that. `words` [words, answers] are told by the
    column of a text, and `patches` [down, across, answers] of a picture.
    """

    base: Array
    whole: Array
    columns: Array
    errors: Array
    words: Mapping[str, tuple[tuple[str, ...], Array]]
    patches: Mapping[str, Array]
    calls: int


class Explainer:
    """Explains the answers of a model.

    Args:
        model: the model.

    Raises:
        ModelRefused: its background can't be read.
        ModelInputError: its background doesn't fit it.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._texts = self._known.texts
        self._background = model.prepare(self._known.columns) if self._known.columns else {}
        parts = len(model.signature.inputs) + MOST_WORDS * len(self._texts)
        rows = max(1, min(self._known.rows, CALLS // (4 * max(1, parts - 1))))
        self._background = {name: array[:rows] for name, array in self._background.items()}
        self._rows = rows

    @cached_property
    def _known(self) -> Background:
        return read_background(self._model.background) if self._model.background else Background({})

    def explain(self, tensors: Mapping[str, Array], row: int, until: float) -> Explained:
        """Explain the answers to a row of tensors that were prepared.

        Args:
            tensors: the tensors.
            row: the row's place.
            until: when it has to be done, by `time.monotonic`.

        Raises:
            TooSlow: it isn't done then.
            ModelInputError: the model has no finite answer where columns are those of other rows.
        """
        whole = in_parts(self._model.signature, tensors, row, self._texts)
        background = self._background or self._blank(whole)
        places = np.flatnonzero(whole.differing(background))

        def worth(sets: Array, rows: Array) -> Array:
            full = np.ones((len(sets), len(whole.parts)), np.bool_)
            full[:, places] = sets
            return self._answers(whole, full, background, rows)

        plan = Plan(CALLS, lambda: time.monotonic() > until)
        return self._told(whole, places, shares(worth, whole.columns[places], self._rows, plan))

    def _blank(self, row: Row) -> Mapping[str, Array]:
        """Return pictures without anything on them: each channel has its mean everywhere."""
        image = self._model.signature.image or {}
        channels = int(image.get("channels") or 1)
        found = {}
        for name, own in row.tensors.items():
            planes = own.reshape(channels, -1) if own.size % channels == 0 else own.reshape(1, -1)
            blank = np.broadcast_to(planes.mean(axis=1, keepdims=True), planes.shape)
            found[name] = blank.reshape(own.shape).astype(own.dtype)
        return found

    def _answers(self, row: Row, sets: Array, background: Mapping[str, Array], rows: Array) -> Array:
        widest = max(own.shape[1] for own in row.tensors.values())
        size = max(1, _CELLS // widest)
        found = []
        for start in range(0, len(sets), size):
            some = slice(start, start + size)
            try:
                answered = self._model.answer(row.taken(sets[some], background, rows[some]))
            except ModelInputError as error:
                what = f"the row can't be explained: with columns of other rows, {error.what}"
                raise ModelInputError(what) from error
            found.append(self._numbers(answered))
        return np.concatenate(found)

    def _numbers(self, answered: Prediction) -> Array:
        return numbers(answered, self._model)

    def _told(self, row: Row, places: Array, found: Shares) -> Explained:
        signature = self._model.signature
        parts = np.zeros((len(row.parts), len(found.whole)))
        parts[places] = found.parts
        columns, errors = (np.zeros((len(signature.inputs), len(found.whole))) for _ in range(2))
        columns[: len(found.sums)], errors[: len(found.sums)] = found.sums, found.errors
        words, patches = {}, {}
        for place, given in enumerate(signature.inputs):
            own = np.flatnonzero(row.columns == place)
            if given.width != 1 and len(own) > 1:
                patches[given.name] = _in_squares(parts[own], patches_of(signature, given.width), signature.image or {})
            elif given.name in self._texts:
                words[given.name] = (tuple(row.parts[one].words or "" for one in own.tolist()), parts[own])
        return Explained(found.base, found.whole, columns, errors, words, patches, found.calls)


def _in_squares(parts: Array, patches: Array, image: Mapping[str, Any]) -> Array:
    height, across = int(image["height"]), int(image["width"])
    right = len(np.unique(patches.reshape(-1, height, across)[0, 0]))
    found: Array = parts.reshape(-1, right, parts.shape[1])
    return found


def is_explainable(signature: Signature) -> bool:
    """Tell whether a model's answers can be explained: it has a background, or takes nothing but pictures."""
    if signature.image and all(given.width != 1 for given in signature.inputs):
        return True
    return FILE in signature.files and len(signature.inputs) <= MOST_COLUMNS


def numbers(answered: Prediction, model: Model) -> Array:
    """Return what is explained of answers, [N, classes] in the order of the classes, or [N, 1]."""
    signature = model.signature
    if answered.probabilities is not None:
        return answered.probabilities
    if answered.probability is not None:
        is_positive = np.array([one == signature.positive for one in signature.classes])
        return np.where(is_positive, answered.probability[:, None], 1 - answered.probability[:, None])
    if not signature.classes:
        return answered.prediction.astype(np.float64).reshape(-1, 1)
    found: Array = np.array([[said == one for one in signature.classes] for said in answered.prediction.tolist()])
    return found.astype(np.float64)
