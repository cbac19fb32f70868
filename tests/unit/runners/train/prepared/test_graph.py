"""A graph answers as far as it has come, and is put before another."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from runners.models import Tensor
from runners.train.onnx_export import OPSETS
from runners.train.prepared.graph import Graph, put_ahead

ROWS = {"raw.0": np.array([[1.0], [2.0]], np.float32), "raw.1": np.array([["a"], ["b"]], object)}


def graph() -> Graph:
    return Graph((Tensor("raw.0", "FP32", ("a",)), Tensor("raw.1", "BYTES", ("b",))), ROWS, dict(OPSETS))


def test_only_what_leads_to_an_answer_is_run() -> None:
    made = graph()
    twice = made.add("Mul", "raw.0", np.float32(2))
    broken = made.add("NoSuchOperator", "raw.1")
    assert made.values(twice).tolist() == [[2], [4]]
    assert made.values(twice, {"raw.0": np.array([[5.0]], np.float32)}).tolist() == [[10]]
    made.forget(broken)
    assert [node.op_type for node in made.nodes] == ["Mul"]


def test_names_are_never_given_twice() -> None:
    made = graph()
    made.forget(made.add("Neg", "raw.0"))
    assert made.add("Neg", "raw.0") != made.add("Neg", "raw.0")


def test_nodes_are_put_before_a_graph_of_one_input() -> None:
    made = graph()
    output = made.add("Mul", "raw.0", np.float32(2))
    floats = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("c0", "y")]
    inner = helper.make_graph([helper.make_node("Neg", ["c0"], ["y"])], "inner", floats[:1], floats[1:])
    model = helper.make_model(inner, opset_imports=[helper.make_opsetid("", OPSETS[""])], ir_version=8)
    put_ahead(model.graph, made, output, (Tensor("age", "FP32", ("a",)), Tensor("town", "BYTES", ("b",))))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert [given.name for given in session.get_inputs()] == ["age", "town"]
    assert session.run(["y"], {"age": ROWS["raw.0"], "town": ROWS["raw.1"]})[0].tolist() == [[-2], [-4]]
