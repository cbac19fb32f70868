"""Answers: what was true and what a model said of it, in codes that metrics compute with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from runners.contract.mistakes import shown
from runners.models import Prediction
from runners.models.label_sets import has_of

Array = NDArray[Any]
Task = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Truth and prediction of N rows.

    For classes both are places in the list of classes, and of two classes the second is the positive one. For
    numbers both are numbers. Of several labels at once both are matrices [N, classes], 1 where a row has the label.
    `scores` are probabilities [N, classes]; None where the model tells none.
    """

    task: Task
    truth: Array
    prediction: Array
    scores: Array | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.truth)

    def take(self, rows: Array) -> "Answers":
        """Return the answers of some rows, by their places."""
        scores = None if self.scores is None else self.scores[rows]
        return replace(self, truth=self.truth[rows], prediction=self.prediction[rows], scores=scores)


def answers_of(task: Task, truth: Array, prediction: Prediction, classes: Sequence[Any] = ()) -> Answers:
    """Hold a model's prediction against the truth, given as the target column has it.

    Raises:
        ValueError: a value is none of the classes.
    """
    if task == "regression":
        return Answers(task, np.asarray(truth, np.float64), np.asarray(prediction.prediction, np.float64))
    if task == "multilabel":
        told, said = (has_of(values.tolist(), classes) for values in (truth, prediction.prediction))
        return Answers(task, told, said, prediction.probabilities)
    scores = prediction.probabilities
    if prediction.probability is not None:
        scores = np.column_stack([1 - prediction.probability, prediction.probability])
    return Answers(task, codes_of(truth, classes), codes_of(prediction.prediction, classes), scores)


def codes_of(values: Array, classes: Sequence[Any]) -> Array:
    """Return the place of every value among the classes.

    Raises:
        ValueError: a value is none of them.
    """
    places = {label: place for place, label in enumerate(classes)}
    found, back = np.unique(np.asarray(values), return_inverse=True)
    strangers = [value for value in found.tolist() if value not in places]
    if strangers:
        raise ValueError(f"{shown(strangers[0])} is none of the classes {', '.join(map(str, classes))}")
    codes: Array = np.array([places[value] for value in found.tolist()], np.int64)[back]
    return codes
