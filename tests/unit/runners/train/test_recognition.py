"""Recognition, whole: a model of unknown make is fed and read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from runners.contract import InputError
from runners.train.recognition import recognise
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.rows import examples

ROWS = examples({"a": np.linspace(-1, 1, 20), "b": np.linspace(1, -1, 20), "y": ["n", "y"] * 10})


def scoring(columns: int = 2, outputs: int = 2, *, softmax: bool = True) -> bytes:
    """Return a model of one matrix X, whose output is a (soft maximum of a) product with weights."""
    weights = numpy_helper.from_array(np.random.default_rng(0).normal(size=(columns, outputs)).astype(np.float32), "w")
    nodes = [helper.make_node("MatMul", ["X", "w"], ["raw"])]
    nodes.append(helper.make_node("Softmax" if softmax else "Identity", ["raw"], ["out"]))
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, columns])
    y = helper.make_tensor_value_info("out", TensorProto.FLOAT, [None, outputs])
    graph = helper.make_graph(nodes, "scoring", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def recognised(asking: Asking, content: bytes, **told: Any) -> Any:
    trial = asking.trial(Path("anywhere"), target="y", **told)
    path = asking.folder / "model.onnx"
    path.write_bytes(content)
    return recognise(trial, path, "onnx", ROWS)


def test_probabilities_of_a_matrix(asking: Asking) -> None:
    found = recognised(asking, scoring())
    assert (found.raw, found.reading) == ("out", "probabilities")
    assert [column.name for column in found.inputs] == ["a", "b"]
    assert found.tensors[0].columns == ("a", "b")


def test_scores_that_are_no_probabilities_are_told(asking: Asking) -> None:
    with pytest.raises(InputError, match=r"no output of the model holds probabilities of 2 classes, or labels: out"):
        recognised(asking, scoring(softmax=False))


def test_a_matrix_of_another_width_is_told(asking: Asking) -> None:
    with pytest.raises(InputError, match="the model takes a matrix of 3 columns, and there are 2 features"):
        recognised(asking, scoring(3))


def test_a_network_takes_pictures_only(asking: Asking) -> None:
    from safetensors.numpy import save_file

    from runners.models.network import FILE, Architecture

    weights: dict[str, Any] = {"1.weight": np.eye(2, dtype=np.float32), "1.bias": np.zeros(2, np.float32)}
    save_file(weights, asking.folder / "model.safetensors")
    layers = ({"type": "flatten"}, {"type": "linear", "out": 2}, {"type": "softmax"})
    (asking.folder / FILE).write_text(Architecture((1, 1, 2), layers).to_json())
    trial = asking.trial(Path("anywhere"), target="y")
    with pytest.raises(InputError, match="takes pictures, and the data has rows"):
        recognise(trial, asking.folder / "model.safetensors", "safetensors", ROWS)
    from runners.models import Column

    pictures = replace(
        ROWS,
        columns={"image": np.zeros((20, 2), np.float32), "y": ROWS.truth},
        features=(Column("image", "FP32", (-1, 2)),),
        image={"height": 1, "width": 2, "channels": 1},
    )
    found = recognise(trial, asking.folder / "model.safetensors", "safetensors", pictures)
    assert (found.tensors[0].name, found.raw, found.reading) == ("image", "scores", "probabilities")
