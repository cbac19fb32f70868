"""Networks told as data: layers in JSON, weights in safetensors, turned into an ONNX graph without any code of theirs.

`architecture.json` holds `{"version": 1, "input": [channels, height, width], "layers": [{"type": "conv", …}, …]}`. The
weights of the layer at place i are named `i.weight` and `i.bias`, as PyTorch's `Sequential` names them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from runners.contract.mistakes import misread, shown
from runners.models.errors import ModelRefused

FILE = "architecture.json"
INPUT, OUTPUT = "image", "scores"
OPSET, IR_VERSION = 17, 8

Weights = Mapping[str, NDArray[Any]]
Layer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A chain of layers over pictures of a fixed size."""

    input: tuple[int, int, int]
    """Channels, height, width."""
    layers: tuple[Layer, ...]

    def to_json(self) -> str:
        """Write it down."""
        told = {"version": 1, "input": list(self.input), "layers": [dict(layer) for layer in self.layers]}
        return json.dumps(told, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ModelRefused: it isn't understood.
        """
        try:
            told = json.loads(text)
            channels, height, width = (int(size) for size in told["input"])
            layers = tuple(dict(layer) for layer in told["layers"])
            unknown = [layer.get("type") for layer in layers if layer.get("type") not in LAYERS]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelRefused(
                f"the architecture can't be read: {misread(error)}", FILE, "export the model again"
            ) from error
        if unknown or told.get("version") != 1:
            what = f"the layer {shown(unknown[0])} is unknown" if unknown else "the architecture is of another version"
            raise ModelRefused(what, FILE, f"the layers are {', '.join(sorted(LAYERS))}; else export to ONNX")
        return cls((channels, height, width), layers)


def graph(architecture: Architecture, weights: Weights) -> onnx.ModelProto:
    """Turn a network into an ONNX model with the input `image` [N, pixels] and the output `scores` [N, k].

    Raises:
        ModelRefused: a weight is missing.
    """
    shape = helper.make_node("Reshape", [INPUT, "shape"], ["at0"])
    nodes = [shape] + [_node(place, layer) for place, layer in enumerate(architecture.layers)]
    nodes[-1].output[0] = OUTPUT
    needed = [name for node in nodes for name in node.input[1:] if name != "shape"]
    missing = sorted(set(needed) - set(weights))
    if missing:
        raise ModelRefused(f"the weights have no {missing[0]}", "model.safetensors", "export the model again")
    channels, height, width = architecture.input
    constants = [numpy_helper.from_array(np.array([-1, channels, height, width], np.int64), "shape")]
    constants += [numpy_helper.from_array(weights[name].astype("float32"), name) for name in needed]
    pixels = channels * height * width
    whole = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["rows", pixels])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["rows", None])],
        constants,
    )
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(whole, opset_imports=[opset], ir_version=IR_VERSION, producer_name="setpoint")


def _node(place: int, layer: Layer) -> onnx.NodeProto:
    return LAYERS[layer["type"]](layer, f"at{place}", f"at{place + 1}", str(place))


def _conv(layer: Layer, above: str, below: str, name: str) -> onnx.NodeProto:
    kernel, padding = int(layer["kernel"]), int(layer["padding"])
    weights = [f"{name}.weight", f"{name}.bias"]
    return helper.make_node(
        "Conv", [above, *weights], [below], kernel_shape=[kernel, kernel], pads=[padding] * 4, strides=[1, 1]
    )


def _linear(_layer: Layer, above: str, below: str, name: str) -> onnx.NodeProto:
    return helper.make_node("Gemm", [above, f"{name}.weight", f"{name}.bias"], [below], transB=1)


def _max_pool(layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    size = int(layer["size"])
    return helper.make_node("MaxPool", [above], [below], kernel_shape=[size, size], strides=[size, size])


def _relu(_layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    return helper.make_node("Relu", [above], [below])


def _flatten(_layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    return helper.make_node("Flatten", [above], [below], axis=1)


def _dropout(_layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    return helper.make_node("Identity", [above], [below])


def _softmax(_layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    return helper.make_node("Softmax", [above], [below], axis=1)


def _sigmoid(_layer: Layer, above: str, below: str, _name: str) -> onnx.NodeProto:
    return helper.make_node("Sigmoid", [above], [below])


LAYERS: Mapping[str, Callable[[Layer, str, str, str], onnx.NodeProto]] = MappingProxyType(
    {
        "conv": _conv,
        "linear": _linear,
        "max_pool": _max_pool,
        "relu": _relu,
        "flatten": _flatten,
        "dropout": _dropout,  # it only acts in training
        "softmax": _softmax,
        "sigmoid": _sigmoid,
    }
)
"""How each type of layer is written in ONNX."""
