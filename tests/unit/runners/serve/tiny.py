"""A tiny model, made by hand: whether somebody is employed, by a line through their age and their sex."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from runners.models import Column, Signature, Tensor
from runners.models.background import FILE, Background
from runners.models.pictures import Preparation

TRIAL = "experiments/employment/aaaaaaaaaaaa"
BACKGROUND = Background({"AGEP": [20, 40, 60], "SEX": ["1", "2", "2"]})


def make(folder: Path, bias: float = 0.0) -> str:
    """Write the model and its signature; return its digest.

    The probability is sigmoid(AGEP / 20 - 2 + bias), and with half a unit more where SEX is 1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content: bytes = _model(bias).SerializeToString()
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    (folder / "model.onnx").write_bytes(content)
    (folder / "signature.json").write_text(signature(digest).to_json())
    return digest


def signature(digest: str = "sha256:" + "0" * 64, **told: Any) -> Signature:
    """Return the model's signature."""
    known: dict[str, Any] = {
        "task": "binary",
        "target": "employed",
        "file": "model.onnx",
        "format": "onnx",
        "digest": digest,
        "inputs": (Column("AGEP", "FP32"), Column("SEX", "BYTES")),
        "outputs": (Column("prediction", "INT64"), Column("predicted_probability", "FP64")),
        "tensors": (Tensor("AGEP", "FP32", ("AGEP",)), Tensor("SEX", "BYTES", ("SEX",))),
        "raw": "p",
        "reading": "positive",
        "classes": (0, 1),
        "positive": 1,
        "identifier": "id",
    }
    return Signature(**{**known, **told})


def _model(bias: float) -> Any:
    def number(name: str, *shape: int, value: float) -> Any:
        return numpy_helper.from_array(np.full(shape, value, np.float32), name)

    nodes = [
        helper.make_node(
            "LabelEncoder", ["SEX"], ["sex"], domain="ai.onnx.ml",
            keys_strings=["1", "2"], values_floats=[1.0, 0.0], default_float=0.0,
        ),
        helper.make_node("MatMul", ["AGEP", "slope"], ["line"]),
        helper.make_node("Add", ["line", "bias"], ["raised"]),
        helper.make_node("Mul", ["sex", "half"], ["shift"]),
        helper.make_node("Add", ["raised", "shift"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["p"]),
    ]  # fmt: skip
    inputs = [
        helper.make_tensor_value_info("AGEP", TensorProto.FLOAT, [None, 1]),
        helper.make_tensor_value_info("SEX", TensorProto.STRING, [None, 1]),
    ]
    outputs = [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 1])]
    weights = [number("slope", 1, 1, value=0.05), number("bias", 1, value=bias - 2), number("half", 1, value=0.5)]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 9
    return model


def explainable(folder: Path, background: Background = BACKGROUND, **told: Any) -> str:
    """Write the model with what its answers are explained by, and its signature; return its digest."""
    model, content = make(folder), background.to_json().encode()
    (folder / FILE).write_bytes(content)
    files = {"model.onnx": model, FILE: "sha256:" + hashlib.sha256(content).hexdigest()}
    known = signature(files=files, **told).sealed()
    (folder / "signature.json").write_text(known.to_json())
    return known.digest


def bright(folder: Path) -> str:
    """Write a model of pictures, grey and of 2 x 2 pixels, and its signature; return its digest.

    It answers which half is the brighter one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halves = numpy_helper.from_array(np.array([[9, 0], [0, 9], [9, 0], [0, 9]], np.float32), "halves")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["image", "halves"], ["sums"]), helper.make_node("Softmax", ["sums"], ["p"])],
        "bright",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [None, 4])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, [None, 2])],
        [halves],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content: bytes = model.SerializeToString()
    known = signature(
        task="multiclass",
        target="side",
        inputs=(Column("image", "FP32", (-1, 4)),),
        outputs=(Column("prediction", "BYTES", (-1,)), Column("probabilities", "FP64", (-1, 2))),
        tensors=(Tensor("image", "FP32", ("image",)),),
        reading="probabilities",
        classes=("left", "right"),
        positive=None,
        image=Preparation(2, 2).as_dict(),
        files={"model.onnx": "sha256:" + hashlib.sha256(content).hexdigest()},
    ).sealed()
    (folder / "model.onnx").write_bytes(content)
    (folder / "signature.json").write_text(known.to_json())
    return known.digest
