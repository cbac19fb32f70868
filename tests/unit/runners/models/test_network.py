"""Networks as data: layers become ONNX, and anything else than layers is refused."""

import json
from typing import Any

import numpy as np
import onnx
import pytest

from runners.models import ModelRefused
from runners.models.network import Architecture, graph

LAYERS: tuple[dict[str, Any], ...] = (
    {"type": "conv", "out": 2, "kernel": 3, "padding": 1},
    {"type": "relu"},
    {"type": "max_pool", "size": 2},
    {"type": "flatten"},
    {"type": "dropout", "share": 0.5},
    {"type": "linear", "out": 3},
    {"type": "softmax"},
)


@pytest.fixture
def architecture() -> Architecture:
    """Return a network over pictures of 4 x 4 pixels."""
    return Architecture((1, 4, 4), LAYERS)


def weights() -> dict[str, Any]:
    """Return weights of that network."""
    generator = np.random.default_rng(0)
    shapes = {"0.weight": (2, 1, 3, 3), "0.bias": (2,), "5.weight": (3, 8), "5.bias": (3,)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def test_it_is_read_as_it_was_written(architecture: Architecture) -> None:
    assert Architecture.from_json(architecture.to_json()) == architecture


def test_it_becomes_a_valid_graph(architecture: Architecture) -> None:
    model = graph(architecture, weights())
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == [
        "Reshape", "Conv", "Relu", "MaxPool", "Flatten", "Identity", "Gemm", "Softmax"
    ]  # fmt: skip


def test_equal_networks_give_equal_bytes(architecture: Architecture) -> None:
    assert len({graph(architecture, weights()).SerializeToString(deterministic=True) for _ in range(2)}) == 1


def test_a_missing_weight_is_told(architecture: Architecture) -> None:
    incomplete = {name: weight for name, weight in weights().items() if name != "5.bias"}
    with pytest.raises(ModelRefused, match=r"the weights have no 5\.bias"):
        graph(architecture, incomplete)


@pytest.mark.parametrize(
    "told",
    [
        {"version": 2, "input": [1, 4, 4], "layers": []},
        {"version": 1, "input": [1, 4, 4], "layers": [{"type": "lambda", "code": "print()"}]},
        {"version": 1, "input": [1, 4], "layers": []},
        {"version": 1, "input": [1, 4, 4]},
        [],
        3,
    ],
)
def test_what_is_not_understood_is_refused(told: Any) -> None:
    with pytest.raises(ModelRefused):
        Architecture.from_json(json.dumps(told))
