"""From the bytes of a request to what it asks: JSON, and binary data after it."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import ModelInputError
from runners.serve.requests import Inference, read_inference, read_json

DTYPES = {
    "BOOL": "?", "UINT8": "u1", "UINT16": "<u2", "UINT32": "<u4", "UINT64": "<u8", "INT8": "i1", "INT16": "<i2",
    "INT32": "<i4", "INT64": "<i8", "FP16": "<f2", "FP32": "<f4", "FP64": "<f8",
}  # fmt: skip


def sent(inputs: list[dict[str, Any]], binary: bytes = b"", **more: Any) -> Inference:
    head = json.dumps({"inputs": inputs, **more}).encode()
    return read_inference(head + binary, str(len(head)).encode())


def refused(inputs: list[dict[str, Any]], binary: bytes = b"") -> str:
    with pytest.raises(ModelInputError) as raised:
        sent(inputs, binary)
    return str(raised.value)


def sized(size: Any, datatype: str = "FP32", name: str = "a", shape: tuple[int, ...] = (1,)) -> dict[str, Any]:
    return {"name": name, "shape": list(shape), "datatype": datatype, "parameters": {"binary_data_size": size}}


@pytest.mark.parametrize("datatype", DTYPES)
def test_every_datatype_comes_as_it_lies_in_memory(datatype: str) -> None:
    values = np.array([0, 1, 1], DTYPES[datatype])
    (tensor,) = sent([sized(values.nbytes, datatype)], values.tobytes()).inputs
    assert (tensor.as_numpy().dtype.str[1:], tensor.as_numpy().tolist()) == (values.dtype.str[1:], values.tolist())


@given(st.lists(st.binary(max_size=50)), st.lists(st.floats(width=32, allow_nan=False)))
def test_texts_and_numbers_follow_each_other(texts: list[bytes], numbers: list[float]) -> None:
    first = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    second = np.array(numbers, "<f4").tobytes()
    beside = {"name": "c", "shape": [1], "datatype": "FP32", "data": [7.0]}
    found = sent([sized(len(first), "BYTES"), beside, sized(len(second), name="b")], first + second).inputs
    assert [one.as_numpy().tolist() for one in found if one.data is None] == [texts, numbers]
    assert found[1].data == [7.0]


@pytest.mark.parametrize(
    ("inputs", "binary", "why"),
    [
        ([sized(4)], b"123", "a has a binary_data_size of 4, and 3 bytes are left"),
        ([sized(4)], b"12345", "1 bytes of binary data belong to no input"),
        ([sized(3)], b"123", "a has 3 bytes, and a FP32 has 4"),
        ([sized(True)], b"1", "a has a binary_data_size of `true`"),
        ([sized(4, "BF16")], b"1234", "the datatype `BF16`, which binary data can't have"),
        ([sized(1, "BOOL")], b"\2", "a is BOOL: a byte of it is 0 or 1"),
        ([sized(2, "BYTES")], b"12", "a ends within the length of a text"),
        ([sized(5, "BYTES")], b"\2\0\0\0x", "a has a text of 2 bytes, and 1 are left"),
        ([{"name": "a", "shape": [1], "datatype": "FP32"}], b"", "it has no data - at `$.inputs[0]`"),
    ],
)
def test_what_can_t_be_read_is_told(inputs: list[dict[str, Any]], binary: bytes, why: str) -> None:
    assert why in refused(inputs, binary)


@pytest.mark.parametrize(
    ("length", "is_read"), [(b"4", True), (b"0", True), (b"5", False), (b"-1", False), (b"9" * 99, False)]
)
def test_the_length_of_the_json_is_within_the_body(length: bytes, is_read: bool) -> None:
    with pytest.raises(ModelInputError) as raised:
        read_inference(b"null", length)
    told = "the header Inference-Header-Content-Length is a number of bytes, up to the body's 4"
    assert (str(raised.value) == told) != is_read


@pytest.mark.parametrize(
    ("outputs", "parameters", "binary", "is_binary"),
    [
        (None, None, set(), False),
        ([{"name": "p"}], {"binary_data_output": True}, set(), True),
        ([{"name": "p", "parameters": {"binary_data": True}}, {"name": "q"}], None, {"p"}, False),
        ([{"name": "p", "parameters": {"binary_data": 1}}], {"binary_data_output": "yes"}, set(), False),
    ],
)
def test_which_outputs_are_wanted_and_how(outputs: Any, parameters: Any, binary: set[str], is_binary: bool) -> None:
    one = {"name": "a", "shape": [1], "datatype": "FP32", "data": [1]}
    told = sent([one], outputs=outputs, parameters=parameters)
    assert (told.binary, told.is_binary) == (binary, is_binary)
    assert told.requested == (tuple(output["name"] for output in outputs) if outputs else None)


HALF = "the body holds half a character (a lone \\ud800 to \\udfff): send whole ones"
NO_JSON = "NaN and Infinity are no JSON: send null where a value is missing"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (rb'{"a": "\ud800"}', HALF),
        (rb'{"a": "\udc00\ud83d"}', HALF),
        (rb'{"a": "\ud83d\ude00"}', ""),
        (rb'{"a": "\\ud800"}', ""),
        (rb'{"a": "\ud7ff"}', ""),
        (b'{"a": NaN}', NO_JSON),
        (b"[1,-Infinity]", NO_JSON),
        (b"NaN", NO_JSON),
        (b'{"a": "it is NaN, see"}', ""),
        (b'{"a": ', "the body is no JSON: "),
        (b"\xff", "the body is no JSON: "),
        (b"", "the body is no JSON: "),
    ],
)
def test_what_is_no_json_is_told(body: bytes, why: str) -> None:
    if not why:
        assert read_json(body)
        return
    with pytest.raises(ModelInputError) as raised:
        read_json(body)
    assert str(raised.value).startswith(why)
