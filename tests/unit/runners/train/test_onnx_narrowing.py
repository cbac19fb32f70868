"""Narrowing in a graph: the same numbers as in NumPy, to the last bit."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from runners.models import Tensor
from runners.train.narrowing import Narrowing, narrowing_of
from runners.train.onnx_narrowing import TYPES, bring_in, bring_out

TYPED: dict[str, Any] = {"INT64": np.int64, "FP32": np.float32, "FP64": np.float64}


def narrowed(values: Any, datatype: str, narrowing: Narrowing) -> Any:
    """Run a graph that does nothing but narrow, and widen again; return both."""
    node = helper.make_node("Identity", ["c0"], ["same"])
    given_ = helper.make_tensor_value_info("c0", TensorProto.FLOAT, [None, 1])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("same", "wide")]
    nodes = [node, helper.make_node("Identity", ["c0"], ["wide"])]
    graph = helper.make_graph(nodes, "narrow", [given_], outputs)
    bring_in(graph, [Tensor("age", datatype, ("age",))], [narrowing])
    bring_out(graph, "wide", narrowing)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert [given_.name for given_ in session.get_inputs()] == ["age"]
    return session.run(["same", "wide"], {"age": np.asarray(values, TYPED[datatype]).reshape(-1, 1)})


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1), st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1))
def test_integers(known: list[int], asked: list[int]) -> None:
    narrowing = narrowing_of(np.array(known, np.int64))
    expected = narrowing.narrow(np.array(asked, np.int64))
    assert narrowed(asked, "INT64", narrowing)[0].ravel().tolist() == expected.tolist()


@pytest.mark.parametrize("datatype", ["FP32", "FP64"])
@given(
    known=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1),
    asked=st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1),
    far=st.sampled_from([0, 1.7e9, 1e200]),
)
def test_numbers(datatype: str, known: list[float], asked: list[float], far: float) -> None:
    far = far if datatype == "FP64" else min(far, 1e9)
    narrowing = narrowing_of(np.array(known, TYPED[datatype]) + TYPED[datatype](far))
    values = np.array(asked, TYPED[datatype]) + TYPED[datatype](far)
    narrow, wide = narrowed(values, datatype, narrowing)
    assert narrow.ravel().tolist() == narrowing.narrow(values).tolist()
    assert wide.ravel().tolist() == narrowing.widen(narrowing.narrow(values)).tolist()


def test_a_missing_number_stays_missing() -> None:
    for rows in range(1, 40):
        assert np.isnan(narrowed([np.nan] * rows, "FP64", Narrowing(1.7e9, 0.5))[0]).all()


def test_what_is_far_beyond_is_finite_still() -> None:
    far = [-1.7e308, 1.7e308, np.nan, 0.0]
    for narrowing in (Narrowing(), Narrowing(1e300, 2.0**900)):
        expected = narrowing.narrow(np.array(far))
        assert narrowed(far, "FP64", narrowing)[0].ravel().tolist() == pytest.approx(expected.tolist(), nan_ok=True)
        assert np.isfinite(expected[[0, 1, 3]]).all()


def test_texts_are_taken_as_they_are() -> None:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["c0"], ["same"])],
        "texts",
        [helper.make_tensor_value_info("c0", TensorProto.STRING, [None, 1])],
        [helper.make_tensor_value_info("same", TensorProto.STRING, [None, 1])],
    )
    bring_in(graph, [Tensor("town", "BYTES", ("town",))], [None])
    assert [(node.op_type, list(node.input)) for node in graph.node] == [("Identity", ["town"])]
    assert graph.input[0].type.tensor_type.elem_type == TYPES["BYTES"]
