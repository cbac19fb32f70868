"""Outputs: which output of a model is read, and what it holds, seen from its answers to some rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.evaluate.predictions import Task
from runners.models.model import labels
from runners.models.signature import Reading
from runners.train.examples import Examples

Array = NDArray[Any]
FLOATS = ("tensor(float)", "tensor(double)", "tensor(float16)")
CLOSE = 1e-3
AGREEMENT = 0.99
"""Share of rows on which a model's labels must be the class of its highest probability."""
FIX = "export it so that it answers probabilities, one for each class in sorted order"


class Raw(NamedTuple):
    """One output: its name, onnxruntime's type, and what it answers to some rows."""

    name: str
    type: str
    answer: Any


def read_onnx(raws: Sequence[Raw], examples: Examples, task: Task) -> tuple[str, Reading]:
    """Choose the output that is read: numbers of a regressor, else probabilities, else labels.

    Raises:
        InputError: no output holds anything of these.
    """
    if task == "regression":
        return _numbers(raws, examples)
    for raw in sorted(raws, key=lambda raw: "prob" not in raw.name.lower()):
        reading = _reading(raw, examples, task)
        if reading is not None:
            if task != "multilabel":
                _check_order(raws, raw, reading, examples)
            return raw.name, reading
    for raw in raws if task != "multilabel" else ():
        if raw.type not in FLOATS and not raw.type.startswith("seq"):
            labels(raw.answer, examples.classes, len(examples))
            return raw.name, "label"
    shapes = ", ".join(f"{raw.name} {list(np.shape(raw.answer))}" for raw in raws)
    what = f"no output of the model holds probabilities of {len(examples.classes)} classes, or labels: {shapes}"
    raise InputError(what, "model", FIX)


def read_booster(raw: Raw, examples: Examples, task: Task) -> Reading:
    """Say what LightGBM's scores hold.

    Raises:
        InputError: they don't fit the task.
    """
    if task == "regression":
        return _numbers([raw], examples)[1]
    reading = _reading(raw, examples, task)
    if reading is None:
        what = (
            f"the model's scores {list(np.shape(raw.answer))} are no probabilities of {len(examples.classes)} classes"
        )
        raise InputError(what, "model.txt", "train it with the objective binary or multiclass")
    return reading


def _numbers(raws: Sequence[Raw], examples: Examples) -> tuple[str, Reading]:
    for raw in raws:
        if raw.type in FLOATS and np.size(raw.answer) == len(examples):
            return raw.name, "value"
    raise InputError("no output of the model holds one number for each row", "model", "export a regressor")


def _reading(raw: Raw, examples: Examples, task: Task) -> Reading | None:
    if raw.type.startswith("seq(map"):
        return _of_maps(raw, examples)
    if raw.type not in FLOATS:
        return None
    scores = np.asarray(raw.answer, np.float64).reshape(len(examples), -1)
    if (scores < -CLOSE).any() or (scores > 1 + CLOSE).any():
        return None
    if task == "multilabel":
        return "probabilities" if scores.shape[1] == len(examples.classes) else None
    if scores.shape[1] == len(examples.classes) and np.allclose(scores.sum(axis=1), 1, atol=CLOSE):
        return "probabilities"
    return "positive" if scores.shape[1] == 1 and task == "binary" else None


def _of_maps(raw: Raw, examples: Examples) -> Reading | None:
    """Read one map from class to probability a row; its keys are the classes, or their places."""
    classes, keys = {str(label) for label in examples.classes}, {str(key) for key in raw.answer[0]}
    return "probabilities" if keys in (classes, set(map(str, range(len(classes))))) else None


def _check_order(raws: Sequence[Raw], chosen: Raw, reading: Reading, examples: Examples) -> None:
    """Refuse probabilities whose order isn't that of the sorted classes, where the model's own labels tell.

    Raises:
        InputError: the labels say otherwise.
    """
    told = [raw for raw in raws if raw.type in ("tensor(int64)", "tensor(string)")]
    if reading != "probabilities" or not told or isinstance(chosen.answer, list):
        return
    classes = [str(label) for label in examples.classes]
    answered = [str(value) for value in np.asarray(told[0].answer).ravel().tolist()]
    if not set(answered) <= set(classes):
        return
    likeliest = np.asarray(chosen.answer).argmax(axis=1).tolist()
    same = np.mean([classes[place] == value for place, value in zip(likeliest, answered, strict=True)])
    if same < AGREEMENT:
        what = f"the model's label is its likeliest class in {same:.0%} of the rows only"
        raise InputError(what, "model", f"give the probabilities in the order {', '.join(classes[:10])}")
