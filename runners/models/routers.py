"""Routers: what asks the models of a node, and makes one answer of theirs. Each is the engine of the node's model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from runners.contract.mistakes import as_written
from runners.models.errors import ModelInputError
from runners.models.label_sets import has_of
from runners.models.model import Array, Model, Prediction
from runners.models.signature import Signature

_ROW = re.compile(r"(?<= of row )\d+|(?<= for row )\d+")
Columns = dict[str, Array]


def columns_from(tensors: Mapping[str, Array]) -> Columns:
    """Return the tensors of a node as columns [N], or [N, width] where each row holds several numbers."""
    return {name: array[:, 0] if array.shape[1:] == (1,) else array for name, array in tensors.items()}


def asked(name: str, model: Model, columns: Mapping[str, Any]) -> Prediction:
    """Return what a model answers for those of some columns that it takes.

    Raises:
        ModelInputError: they don't fit it.
    """
    with _told_of(name):
        return model.predict({column: columns[column] for column in model.signature.columns})


@contextmanager
def _told_of(name: str, rows: Sequence[int] | None = None) -> Iterator[None]:
    """Have a refusal say which model refuses, and which row of the request it is about."""
    try:
        yield
    except ModelInputError as error:
        what = error.what if rows is None else _ROW.sub(lambda found: str(rows[int(found[0])]), error.what, count=1)
        raise ModelInputError(f"{name}: {what}" if rows is None else what, error.where) from error


class SequenceRouter:
    """One model after the other: what one answers may be a column of the next, and the last one answers.

    Args:
        steps: each model with its name, and which of its columns are what others answered, as `<step>.<output>`.
    """

    def __init__(self, steps: Sequence[tuple[str, Model, Mapping[str, str]]]) -> None:
        self._steps = steps

    def run(self, tensors: Mapping[str, Array], output: str) -> Any:  # noqa: ARG002 - the last one's is read
        """Return the raw output of the last model."""
        columns, answered = columns_from(tensors), dict[str, tuple[Prediction, Signature]]()
        for name, model, inputs in self._steps[:-1]:
            answered[name] = asked(name, model, _fed(columns, inputs, answered)), model.signature
        name, model, inputs = self._steps[-1]
        given = _fed(columns, inputs, answered)
        with _told_of(name):
            prepared = model.prepare({column: given[column] for column in model.signature.columns})
            return model.engine.run(prepared, model.signature.raw)


def _fed(
    columns: Columns, inputs: Mapping[str, str], answered: Mapping[str, tuple[Prediction, Signature]]
) -> Mapping[str, Any]:
    if not inputs:
        return columns
    sources = {column: source.partition(".")[::2] for column, source in inputs.items()}
    return columns | {column: output_of(output, *answered[step]) for column, (step, output) in sources.items()}


def output_of(output: str, prediction: Prediction, signature: Signature) -> Array:
    """Return an output [N] by its name; of probabilities that of one class, `probabilities.<class>`."""
    word, _, label = output.partition(".")
    if word == "probabilities":
        return scores_of(prediction, signature)[:, list(map(str, signature.classes)).index(label)]
    return prediction.as_columns()[word]


def scores_of(prediction: Prediction, signature: Signature) -> Array:
    """Return the probabilities [N, classes] in a signature's order; of labels without any, one for what is answered."""
    if prediction.probabilities is not None:
        return prediction.probabilities
    if prediction.probability is not None:
        is_positive = np.array([one == signature.positive for one in signature.classes])
        return np.where(is_positive, prediction.probability[:, None], 1 - prediction.probability[:, None])
    return votes_of(prediction, signature)


def votes_of(prediction: Prediction, signature: Signature) -> Array:
    """Return which classes are answered [N, classes], in a signature's order."""
    if signature.thresholds:
        return has_of(prediction.prediction.tolist(), signature.classes).astype(np.float64)
    found = np.array([[one == label for label in signature.classes] for one in prediction.prediction.tolist()])
    return found.astype(np.float64)


def _order(signature: Signature, first: Signature) -> list[int]:
    known = list(map(repr, signature.classes))
    return [known.index(repr(label)) for label in first.classes]


class EnsembleRouter:
    """All models, and the mean of their answers, or their votes.

    Args:
        models: each with its name.
        weights: how much each counts, one in all.
        signature: how the node answers.
        is_vote: whether they vote.
    """

    def __init__(
        self, models: Sequence[tuple[str, Model]], weights: Sequence[float], signature: Signature, *, is_vote: bool
    ) -> None:
        self._models, self._weights, self._is_vote = models, weights, is_vote
        self._is_number = not signature.classes
        self._orders = [_order(model.signature, signature) for _, model in models]

    def run(self, tensors: Mapping[str, Array], output: str) -> Any:  # noqa: ARG002 - there is only one
        """Return probabilities [N, classes], or numbers [N]."""
        columns = columns_from(tensors)
        parts = [self._part(place, columns) for place in range(len(self._models))]
        return sum(weight * part for weight, part in zip(self._weights, parts, strict=True))

    def _part(self, place: int, columns: Columns) -> Array:
        name, model = self._models[place]
        answered = asked(name, model, columns)
        if self._is_number:
            return answered.prediction
        scores = (votes_of if self._is_vote else scores_of)(answered, model.signature)
        return scores[:, self._orders[place]]


class SwitchRouter:
    """Each row by one model, which the value of a column chooses.

    Args:
        steps: each model with its name and the values whose rows it answers; without any, those of all others.
        column: the column.
        signature: how the node answers.
    """

    def __init__(
        self, steps: Sequence[tuple[str, Model, Sequence[str | float]]], column: str, signature: Signature
    ) -> None:
        self._steps, self._column, self._reading = steps, column, signature.reading
        self._places = {value: place for place, (_, _, values) in enumerate(steps) for value in values}
        self._rest = len(steps) - 1 if not steps[-1][2] else None
        self._orders = [_order(model.signature, signature) for _, model, _ in steps]

    def run(self, tensors: Mapping[str, Array], output: str) -> Any:  # noqa: ARG002 - there is only one
        """Return probabilities [N, classes], labels [N], or numbers [N].

        Raises:
            ModelInputError: no model is there for a value.
        """
        columns = columns_from(tensors)
        chosen = np.array([self._chosen(row, value) for row, value in enumerate(columns[self._column].tolist())])
        found: Array | None = None
        for place in np.unique(chosen).tolist():
            rows = np.flatnonzero(chosen == place)
            part = self._part(place, {name: array[rows] for name, array in columns.items()}, rows.tolist())
            if found is None:
                found = np.empty((len(chosen), *part.shape[1:]), part.dtype)
            found[rows] = part
        return found

    def _chosen(self, row: int, value: Any) -> int:
        place = self._places.get(value, self._rest)
        if place is None:
            known = ", ".join(map(as_written, list(self._places)[:20]))
            what = f"{self._column} of row {row} is {as_written(value)}, and there are models for {known}"
            raise ModelInputError(what, self._column)
        return place

    def _part(self, place: int, columns: Columns, rows: Sequence[int]) -> Array:
        name, model, _ = self._steps[place]
        with _told_of(name, rows):
            answered = asked(name, model, columns)
        if self._reading in ("label", "value"):
            return answered.prediction
        return scores_of(answered, model.signature)[:, self._orders[place]]
