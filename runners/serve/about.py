"""What a server and its model say of themselves, by version 2 of the Open Inference Protocol. Pure functions.

`parameters` is what the protocol lets each server add: here the classes in the order in which probabilities are
answered, and what is told of the truth beside a prediction.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from runners.models import Column, Signature
from runners.serve.served_model import ServedModel

ABOUT_SERVER: Mapping[str, Any] = MappingProxyType(
    {"name": "setpoint", "version": "2", "extensions": ("binary_tensor_data",)}
)


def about_model(served: ServedModel) -> dict[str, Any]:
    """Describe the model; its version is the deployment's revision, where it has one."""
    return {
        "name": served.name,
        **({"versions": [served.version]} if served.version else {}),
        "platform": served.signature.format,
        "inputs": _tensors(served.signature.asked),
        "outputs": _tensors(served.signature.outputs),
        "parameters": parameters_of(served.signature),
    }


def parameters_of(signature: Signature) -> dict[str, Any]:
    """Return what is told of a model that the protocol has no words for."""
    told: dict[str, Any] = {"task": signature.task, "target": signature.target}
    if signature.classes:
        told["classes"] = list(signature.classes)
    if signature.positive is not None:
        told["positive"] = signature.positive
    if signature.thresholds:
        told["thresholds"] = list(signature.thresholds)
    if signature.coverage:
        told["coverage"] = signature.coverage.share
    return told


def _tensors(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [{"name": item.name, "datatype": item.datatype, "shape": list(item.shape)} for item in columns]
