"""Small models, written by hand: every figure that they answer can be told without a library."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from runners.models import Column, Signature, Tensor
from runners.models.loading import digest_of
from runners.models.signature import FILE

Leave = Callable[..., Path]


def linear_model(sign: float = 1.0) -> bytes:
    """Return a model whose positive class has the probability sigmoid(sign * (age - 2 * weight))."""
    weights = numpy_helper.from_array(np.array([[sign], [-2 * sign]], np.float32), "weights")
    nodes = [
        helper.make_node("Concat", ["age", "weight"], ["both"], axis=1),
        helper.make_node("MatMul", ["both", "weights"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("age", "weight")]
    outputs = [helper.make_tensor_value_info("score", TensorProto.FLOAT, [None, 1])]
    graph = helper.make_graph(nodes, "linear", inputs, outputs, [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def signature() -> Signature:
    """Return the signature of the linear model."""
    return Signature(
        task="binary",
        target="ill",
        file="model.onnx",
        format="onnx",
        digest="sha256:" + "0" * 64,
        inputs=(Column("age", "FP32"), Column("weight", "INT64")),
        outputs=(Column("prediction", "BYTES", (-1,)), Column("predicted_probability", "FP64", (-1,))),
        tensors=(Tensor("age", "FP32", ("age",)), Tensor("weight", "FP32", ("weight",))),
        raw="score",
        reading="positive",
        classes=("no", "yes"),
        positive="yes",
        identifier="id",
    )


@pytest.fixture
def linear() -> bytes:
    """Return the linear model's bytes."""
    return linear_model()


@pytest.fixture
def known() -> Signature:
    """Return the linear model's signature, without its digest."""
    return signature()


@pytest.fixture
def leave(tmp_path: Path) -> Leave:
    """Return a function that leaves a model as a trial does, with parts of its signature told otherwise."""

    def left(content: bytes = linear_model(), **parts: object) -> Path:
        whole = replace(signature(), **parts)  # type: ignore[arg-type]
        whole = whole if "files" in parts else replace(whole, files={whole.file: digest_of(content)})
        whole = whole if "digest" in parts else whole.sealed()
        (tmp_path / whole.file).write_bytes(content)
        (tmp_path / FILE).write_text(whole.to_json())
        return tmp_path

    return left
