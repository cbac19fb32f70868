"""Inferences that are made up, and their values in other forms and back."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.conformance.protocol.requests import (
    LAYOUTS,
    as_binary,
    checked,
    flat,
    made_up,
    nested,
    packed,
    unpacked,
    with_nested,
)
from reconciler.model.errors import Refused


@pytest.mark.parametrize("datatype", [*LAYOUTS, "BYTES"])
def test_a_request_is_made_up_for_every_datatype(datatype: str) -> None:
    request = made_up({"inputs": [{"name": "x", "datatype": datatype, "shape": [-1, 2]}]})
    assert request is not None
    (one,) = request["inputs"]
    assert (one["shape"], len(one["data"])) == ([1, 2], 2)
    assert checked(request) == request
    data = packed(datatype, one["data"])
    assert unpacked(datatype, data) == one["data"]
    sent = as_binary("/infer", request)
    assert sent.body.endswith(data)
    assert sent.body[: int(sent.headers["Inference-Header-Content-Length"])].endswith(b"}")


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"inputs": []},
        {"inputs": [7]},
        {"inputs": [{"name": "x", "datatype": "FP7", "shape": [1]}]},
        {"inputs": [{"name": "x", "datatype": "BF16", "shape": [1]}]},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": ["a"]}]},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2**30, 2**30]}]},
    ],
)
def test_nothing_is_made_up_where_a_model_doesn_t_say_what_it_takes(told: Any) -> None:
    assert made_up(told) is None


@pytest.mark.parametrize("datatype", LAYOUTS)
def test_binary_data_is_what_numpy_has(datatype: str) -> None:
    dtype = np.dtype({"BOOL": "?"}.get(datatype, datatype.lower().replace("fp", "float"))).newbyteorder("<")
    values = [1, 0, 1]
    assert packed(datatype, values) == np.array(values, dtype).tobytes()


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_values_are_the_same_flat_and_nested(shape: list[int]) -> None:
    values = list(range(int(np.prod(shape))))
    assert np.array(nested(values, shape)).tolist() == np.array(values).reshape(shape).tolist()
    assert flat(nested(values, shape)) == values
    request = {"inputs": [{"name": "x", "datatype": "INT64", "shape": shape, "data": values}]}
    assert flat(with_nested(request)["inputs"][0]["data"]) == values


@given(st.binary(max_size=30), st.sampled_from([*LAYOUTS, "BYTES"]))
def test_what_a_server_sends_is_values_or_an_error(data: bytes, datatype: str) -> None:
    try:
        values = unpacked(datatype, data)
    except ValueError:
        values = []
    assert len(values) <= len(data)


@pytest.mark.parametrize("values", [[None], ["a"], [2**70], [[1]]])
def test_what_has_no_binary_form_is_an_error(values: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        packed("INT64", values)


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"inputs": []},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2], "data": [1]}]},
        {"inputs": [{"name": "x", "datatype": "FP32", "shape": [True], "data": [1]}]},
        {"inputs": [{"name": "x", "shape": [1], "data": [1]}]},
    ],
)
def test_a_request_that_doesn_t_hold_together_is_refused(told: Any) -> None:
    with pytest.raises(Refused, match="no inference of version 2"):
        checked(told)
