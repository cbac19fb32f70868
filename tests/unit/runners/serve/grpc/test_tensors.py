"""From messages to what they ask, for every datatype of the protocol, and back."""

import struct
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import ModelInputError
from runners.serve.grpc.messages import MESSAGES
from runners.serve.grpc.tensors import CONTENTS, answer_of, inference_of, read
from runners.serve.responses import Output
from runners.serve.types import DATATYPES, LAYOUTS
from tests.unit.runners.serve.grpc.asked import raw, request

VALUES: dict[str, list[Any]] = {
    "BOOL": [True, False],
    **{name: [0, np.iinfo(LAYOUTS[name]).max] for name in DATATYPES if "UINT" in name},
    **{name: [np.iinfo(LAYOUTS[name]).min, 7] for name in ("INT8", "INT16", "INT32", "INT64")},
    "FP16": [0.5, -2.0],
    "FP32": [0.5, float("inf")],
    "FP64": [0.1, -1e300],
    "BYTES": [b"a", "é".encode()],
}


def in_memory(datatype: str, values: list[Any]) -> bytes:
    if datatype == "BYTES":
        return b"".join(struct.pack("<I", len(value)) + value for value in values)
    return np.array(values, LAYOUTS[datatype]).tobytes()


def test_there_is_a_case_for_each_datatype() -> None:
    assert VALUES.keys() == set(DATATYPES)


@pytest.mark.parametrize("datatype", VALUES)
def test_raw_contents_are_read_as_they_lie_in_memory(datatype: str) -> None:
    asked = inference_of(raw(("x", datatype, [2], in_memory(datatype, VALUES[datatype])), id="mine"))
    (tensor,) = asked.inputs
    assert (tensor.name, tensor.datatype, list(tensor.shape), asked.id) == ("x", datatype, [2], "mine")
    assert tensor.as_numpy().tolist() == VALUES[datatype]
    assert asked.is_binary


@pytest.mark.parametrize("datatype", CONTENTS)
def test_typed_contents_are_read(datatype: str) -> None:
    asked = inference_of(request(("x", datatype, [2, 1], VALUES[datatype])))
    assert list(asked.inputs[0].data or ()) == VALUES[datatype]
    assert (asked.is_binary, asked.id, asked.requested) == (False, None, None)


@pytest.mark.parametrize("datatype", ["BOOL", "INT64", "FP32", "FP64", "BYTES"])
@pytest.mark.parametrize("is_raw", [False, True])
def test_an_answer_says_what_was_answered(datatype: str, is_raw: bool) -> None:
    values = ["a", "é"] if datatype == "BYTES" else VALUES[datatype]
    data = answer_of("m", "", "mine", [Output("p", datatype, [2, 1], values)], is_raw=is_raw)
    answer = MESSAGES["ModelInferResponse"].FromString(data)
    (told,) = answer.outputs
    assert (answer.model_name, answer.id, told.name, list(told.shape)) == ("m", "mine", "p", [2, 1])
    if is_raw:
        assert answer.raw_output_contents[0] == in_memory(datatype, VALUES[datatype])
    else:
        assert list(getattr(told.contents, CONTENTS[datatype])) == VALUES[datatype]


ONE = ("x", "FP32", [1], [0.5])
MISTAKES: dict[str, tuple[Any, str]] = {
    "too few raw": (lambda: raw(("x", "FP32", [1], b"1234"), name="m"), "2 inputs, and 1 raw_input_contents"),
    "both": (lambda: raw(("x", "FP32", [1], b"1234")), "contents beside raw_input_contents"),
    "of another field": (lambda: request(ONE), "x has fp32_contents, and INT64 are in int64_contents"),
    "half precision typed": (lambda: request(ONE), "x is FP16, which comes as raw_input_contents only"),
    "no datatype": (lambda: request(ONE), "x has the datatype ``"),
    "half a number": (lambda: raw(("x", "FP32", [1], b"123")), "x has 3 bytes, and a FP32 has 4"),
    "half a text": (lambda: raw(("x", "BYTES", [1], b"\x05\0\0\0abc")), "a text of 5 bytes, and 3 are left"),
    "no truth value": (lambda: raw(("x", "BOOL", [1], b"\x02")), "a byte of it is 0 or 1"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_what_doesn_t_hold_together_is_said(case: str) -> None:
    make, words = MISTAKES[case]
    message = make()
    if case == "too few raw":
        message.inputs.add(name="y", datatype="FP32", shape=[1])
    if case == "both":
        message.inputs[0].contents.fp32_contents.append(1)
    datatypes = {"of another field": "INT64", "half precision typed": "FP16", "no datatype": ""}
    message.inputs[0].datatype = datatypes.get(case, message.inputs[0].datatype)
    with pytest.raises(ModelInputError, match=words.replace("(", r"\(")):
        inference_of(message)


@given(st.binary(max_size=200), st.sampled_from(sorted(MESSAGES)))
def test_bytes_are_a_message_or_the_client_s_mistake(data: bytes, kind: str) -> None:
    with suppress(ModelInputError):
        read(kind, data)
