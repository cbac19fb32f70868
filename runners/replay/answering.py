"""A model's answers to logged rows, and which of them it refuses.

A row that is refused refuses its whole batch, as a request is refused: so a batch is halved until the row stands alone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.models import Model, ModelInputError, Prediction

Array = NDArray[Any]
BATCH = 1000
MOST_KINDS = 20


@dataclass(frozen=True, slots=True)
class Answered:
    """What a model answers: the rows that it does answer, by their places in order, and why it refuses the others."""

    rows: Array
    prediction: Array
    scores: Array | None
    refused: Mapping[int, str]
    """The kind of each refusal, by row."""

    def kinds(self) -> list[dict[str, Any]]:
        """Return how many rows are refused for what, the most frequent first."""
        found = Counter(self.refused.values()).most_common(MOST_KINDS)
        return [{"kind": kind, "rows": count} for kind, count in found]


def answered(model: Model, columns: Mapping[str, Sequence[Any]], count: int) -> Answered:
    """Put rows to a model."""
    parts: list[tuple[int, Prediction]] = []
    refused: dict[int, str] = {}
    waiting = [(start, min(start + BATCH, count)) for start in range(0, count, BATCH)][::-1]
    while waiting:
        start, end = waiting.pop()
        some = {name: columns[name][start:end] for name in model.signature.columns}
        try:
            parts.append((start, model.predict(some)))
        except ModelInputError as error:
            if end - start == 1:
                refused[start] = kind_of(error, model, some)
            else:
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
    return _joined(parts, refused)


def _joined(parts: Sequence[tuple[int, Prediction]], refused: Mapping[int, str]) -> Answered:
    told = [part for _, part in parts]
    rows = [np.arange(start, start + len(part.prediction)) for start, part in parts]
    scores = [score for part in told if (score := scores_of(part)) is not None]
    return Answered(
        np.concatenate([np.zeros(0, np.int64), *rows]),
        np.concatenate([part.prediction for part in told]) if told else np.zeros(0),
        np.concatenate(scores) if scores else None,
        refused,
    )


def scores_of(prediction: Prediction) -> Array | None:
    """Return probabilities [N, classes]: of a binary model [N, 1], of its positive class; None where there are none."""
    if prediction.probability is not None:
        return prediction.probability[:, None]
    return prediction.probabilities


def kind_of(error: ModelInputError, model: Model, row: Mapping[str, Sequence[Any]]) -> str:
    """Say why one row is refused, without any value of it."""
    column = next((one for one in model.signature.asked if one.name == error.where), None)
    if column is None:
        return "no finite answer"
    value = row[column.name][0]
    return f"{column.name}: {_type_of(value)} where {column.datatype} is taken"


def _type_of(value: Any) -> str:
    names: Iterator[str] = (name for kind, name in _TYPES if isinstance(value, kind))
    return next(names, "something else")


_TYPES: Sequence[tuple[type | tuple[type, ...], str]] = (
    (type(None), "a missing value"),
    (bool, "a truth value"),
    ((int, float), "a number"),
    (str, "a text"),
    (list, "a list"),
)
