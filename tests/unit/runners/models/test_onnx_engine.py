"""The ONNX engine: it tells what a model takes, and brings tensors to that."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from runners.models import ModelInputError, ModelRefused
from runners.models.onnx_engine import open_model


def test_it_tells_inputs_and_outputs(linear: bytes) -> None:
    engine = open_model(linear, Path(), 1)
    assert engine.inputs == {"age": ("tensor(float)", (-1, 1)), "weight": ("tensor(float)", (-1, 1))}
    assert engine.outputs == {"score": "tensor(float)"}


def one_node(operator: str, shape: list[int | None], type_: int = TensorProto.FLOAT) -> bytes:
    """Return a model of one operator from x to y."""
    x, y = (helper.make_tensor_value_info(name, type_, shape) for name in "xy")
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "one", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def test_tensors_are_brought_to_the_declared_rank_and_type() -> None:
    engine = open_model(one_node("Identity", [None, 1, 2, 2], TensorProto.INT32), Path(), 1)
    answer = engine.run({"x": np.array([[1, 2, 3, 4]], np.int64)}, "y")
    assert answer.shape == (1, 1, 2, 2)
    assert answer.dtype == np.int32


def test_a_vector_is_brought_too() -> None:
    engine = open_model(one_node("Identity", [None]), Path(), 1)
    assert engine.run({"x": np.array([[1.0], [2.0]])}, "y").tolist() == [1.0, 2.0]


def test_a_tensor_that_the_model_fails_on_is_told() -> None:
    engine = open_model(one_node("Identity", [None, 3]), Path(), 1)
    with pytest.raises(ModelInputError, match="the model fails on this input"):
        engine.run({"x": np.zeros((2, 4))}, "y")


def test_an_operator_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ModelRefused, match="onnxruntime can't load the model"):
        open_model(one_node("Oracle", [None]), Path(), 1)


def test_weights_outside_of_the_file_are_not_read(tmp_path: Path) -> None:
    weights = onnx.numpy_helper.from_array(np.ones((2, 1), np.float32), "w")
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size]) for name, size in (("x", 2), ("y", 1)))
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "far", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "model.onnx"
    onnx.save(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    with pytest.raises(ModelRefused, match="onnxruntime can't load the model") as failure:
        open_model(path.read_bytes(), tmp_path, 1)
    assert "inside its one file" in failure.value.fix


def left_by(code: str, home: Path) -> list[str]:
    """Run code as a user whose home is empty; return the files of onnxruntime that it left there.

    Of the environment it gets the search path alone: where CI, JENKINS_URL and the like are set, onnxruntime is silent.
    """
    home.mkdir()
    user = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[4], env=user, check=True, timeout=120)
    return [path.name for path in home.rglob("*onnxruntime*/*")]


@pytest.mark.slow
def test_nothing_is_reported_to_the_makers_of_the_library(tmp_path: Path) -> None:
    """Where it reports, it begins with an identifier of the machine in the user's home."""
    assert left_by("import runners.models.onnx_engine", tmp_path / "ours") == []
    assert left_by("import onnxruntime", tmp_path / "theirs"), "it doesn't do so any more"
