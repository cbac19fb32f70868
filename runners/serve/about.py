"""What a server and its model say of themselves, by version 2 of the Open Inference Protocol. Pure functions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from runners.models import Column
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
    }


def _tensors(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [{"name": item.name, "datatype": item.datatype, "shape": list(item.shape)} for item in columns]
