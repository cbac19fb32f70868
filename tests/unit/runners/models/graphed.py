"""Models whose answers are plain functions of their columns, for graphs of them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from runners.models import Column, Model, Signature, Tensor
from runners.models.graph import Node, Step

PROBABILITY = (Column("prediction", "BYTES", (-1,)), Column("predicted_probability", "FP64", (-1,)))
NUMBER = (Column("prediction", "FP64", (-1,)),)


class Answering:
    """An engine that answers by a function of its tensors."""

    def __init__(self, answer: Callable[[Mapping[str, Any]], Any]) -> None:
        self._answer = answer

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        return self._answer({name: array[:, 0] for name, array in tensors.items()})


def model(answer: Callable[[Mapping[str, Any]], Any], columns: Mapping[str, str], **told: Any) -> Model:
    """Return a model of two classes; columns are their datatypes by name."""
    known: dict[str, Any] = {
        "task": "binary",
        "target": "ill",
        "file": "model.onnx",
        "format": "onnx",
        "digest": "",
        "inputs": tuple(Column(name, datatype) for name, datatype in columns.items()),
        "outputs": PROBABILITY,
        "tensors": tuple(Tensor(name, datatype, (name,)) for name, datatype in columns.items()),
        "reading": "positive",
        "classes": ("no", "yes"),
        "positive": "yes",
    }
    return Model(Signature(**{**known, **told}), Answering(answer))


def number(answer: Callable[[Mapping[str, Any]], Any], columns: Mapping[str, str], **told: Any) -> Model:
    """Return a model of numbers."""
    parts = {"task": "regression", "reading": "value", "classes": (), "positive": None, "outputs": NUMBER}
    return model(answer, columns, **{**parts, **told})


def constant(value: float, **told: Any) -> Model:
    """Return a model that answers one probability for `age`."""
    return model(lambda given: np.full(len(given["age"]), value), {"age": "FP32"}, **told)


def node(router: Any, *steps: Step, name: str = "root", **told: Any) -> Node:
    """Return a node of a graph."""
    return Node(name, router, steps, **told)
