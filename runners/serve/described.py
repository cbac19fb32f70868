"""What a model takes and answers, as version 2 of the Open Inference Protocol describes it. Pure functions.

`parameters` is what the protocol lets each server add: here the classes in the order in which probabilities are
answered, and what is told of the truth beside a prediction.
"""

from collections.abc import Sequence
from typing import Any

from runners.models import Column, Signature


def described(name: str, signature: Signature) -> dict[str, Any]:
    """Describe a model.

    Args:
        name: its name in the protocol's paths.
        signature: what it takes and answers.
    """
    return {
        "name": name,
        "platform": signature.format,
        "inputs": _tensors(signature.asked),
        "outputs": _tensors(signature.outputs),
        "parameters": _parameters(signature),
    }


def _parameters(signature: Signature) -> dict[str, Any]:
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


def _tensors(tensors: Sequence[Column]) -> list[dict[str, Any]]:
    return [{"name": item.name, "datatype": item.datatype, "shape": list(item.shape)} for item in tensors]
