"""One column with its training rows, and what becomes of others."""

from typing import Any

import numpy as np

from runners.contract.preparations import Step
from runners.models import Column, Tensor
from runners.models.columns import tensor_of
from runners.train.onnx_export import OPSETS
from runners.train.prepared.categories import FOLDS
from runners.train.prepared.columns import Given, Ready
from runners.train.prepared.graph import CONTRIB, Graph
from runners.train.prepared.numbers import follow, number_of

Array = np.ndarray[Any, Any]


def column(values: Any, datatype: str, truth: Any = None, classes: int = 2) -> Given:
    """Return a column of training rows."""
    is_moment = datatype == "MOMENT"
    feature = Column("c", "BYTES" if is_moment else datatype)
    kind = "INT64" if is_moment or datatype == "BOOL" else datatype
    rows = {"raw.0": tensor_of(feature, kind, values)}
    graph = Graph((Tensor("raw.0", kind, ("c",)),), rows, {**OPSETS, CONTRIB: 1})
    told = np.zeros(len(rows["raw.0"]), np.int64) if truth is None else np.array(truth)
    return Given("c", "raw.0", feature.datatype, is_moment, graph, told, classes, np.arange(len(told)) % FOLDS)


def answers(given: Given, ready: Ready, values: Any) -> list[list[float]]:
    """Return what other rows become."""
    tensor = given.graph.tensors[0]
    rows = {"raw.0": tensor_of(Column("c", given.datatype), tensor.datatype, values)}
    return [[float(value) for value in row] for row in given.graph.values(ready.tensor, rows)]


def step(**told: Any) -> Step:
    return Step.model_validate(told)


def numbers(values: list[Any], asked: list[Any], **told: Any) -> list[float]:
    made = column(values, "FP64")
    number, _ = follow(made.graph, number_of(made), step(**told))
    return [row[0] for row in answers(made, Ready(("c",), number.tensor), asked)]
