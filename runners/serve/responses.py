"""From a prediction to an answer, by both versions of the Open Inference Protocol. Pure functions."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runners.contract.label_sets import labels_in
from runners.models import Column, ModelInputError, Prediction, Signature
from runners.models.coverage import SET

SHARES = "probabilities"
_DATATYPES = {"b": "BOOL", "i": "INT64", "u": "UINT64", "U": "BYTES", "S": "BYTES", "O": "BYTES"}


class Output(NamedTuple):
    """One tensor of an answer; `data` is flat, in row-major order."""

    name: str
    datatype: str
    shape: list[int]
    data: list[Any]


def as_predictions(prediction: Prediction, signature: Signature | None = None) -> dict[str, Any]:
    """Return the answer of version 1: `predictions`, and the probabilities beside them, each a list by row.

    Of several labels at once a prediction is a list of labels, and probabilities are told by label. A set of classes is
    a list of them, as the prediction has them.
    """
    if signature is not None and signature.thresholds:
        names, scores = list(map(str, signature.classes)), prediction.probabilities
        told = [dict(zip(names, row, strict=True)) for row in (scores.tolist() if scores is not None else ())]
        return {"predictions": [labels_in(text) for text in prediction.prediction.tolist()], "probabilities": told}
    columns = {name: array.tolist() for name, array in prediction.as_columns().items()}
    if signature is not None and SET in columns:
        known = {str(one): one for one in signature.classes}
        columns[SET] = [[known[name] for name in labels_in(text)] for text in columns[SET]]
    return {"predictions": columns.pop("prediction"), **columns}


def as_outputs(
    prediction: Prediction, signature: Signature, requested: Sequence[str] | None = None
) -> tuple[Output, ...]:
    """Return the tensors of an answer of version 2: all, or those that were asked for.

    A model of two classes answers `probabilities` of both, in the order of its classes, where they are asked for.

    Raises:
        ModelInputError: one was asked for that the model doesn't answer.
    """
    columns = prediction.as_columns()
    if requested and SHARES in requested and prediction.probability is not None:
        columns[SHARES] = both(prediction.probability, signature)
    for name in requested or ():
        if name not in columns:
            raise ModelInputError(f"there is no output {name}: the model answers {', '.join(columns)}", name)
    return tuple(_output(name, columns[name], signature.outputs) for name in requested or columns)


def both(probability: NDArray[Any], signature: Signature) -> NDArray[Any]:
    """Return the probabilities of two classes, in their order, from that of the positive one."""
    is_positive = np.array([one == signature.positive for one in signature.classes])
    return np.where(is_positive, probability[:, None], 1 - probability[:, None])


def _output(name: str, array: NDArray[Any], declared: Sequence[Column]) -> Output:
    for known in declared:
        if known.name == name:
            break
    else:
        known = Column(name, datatype_of(array), (-1, *array.shape[1:]))
    return Output(name, known.datatype, [len(array), *known.shape[1:]], array.ravel().tolist())


def datatype_of(array: NDArray[Any]) -> str:
    """Return the protocol's word for an array's type."""
    if array.dtype.kind == "f":
        return "FP32" if array.dtype == np.float32 else "FP64"
    return _DATATYPES.get(array.dtype.kind, "BYTES")
