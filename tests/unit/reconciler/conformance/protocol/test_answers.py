"""What an answer has to look like, in words that say what is wrong."""

import json
from typing import Any

import pytest

from reconciler.conformance.protocol import answers
from reconciler.conformance.protocol.client import Answered

ONE = {"name": "p", "datatype": "INT64", "shape": [2], "data": [1, 2]}
BINARY = {"name": "p", "datatype": "INT8", "shape": [2], "parameters": {"binary_data_size": 2}}


def answer(document: Any, data: bytes = b"", status: int = 200, **headers: str) -> Answered:
    head = json.dumps(document).encode()
    told = {"inference-header-content-length": str(len(head))} if data else {}
    return Answered(status, head + data, {**told, **headers})


def test_outputs_are_read_as_json_and_as_binary_data() -> None:
    found = {"model_name": "m", "outputs": [ONE]}
    assert answers.outputs_of(answer(found), "m") == ({"p": [1, 2]}, "")
    found = {"model_name": "m", "outputs": [BINARY]}
    assert answers.outputs_of(answer(found, b"\x01\x02"), "m") == ({"p": [1, 2]}, "")


@pytest.mark.parametrize(
    ("outputs", "data", "words"),
    [
        ([{**ONE, "data": [1]}], b"", "outputs[0]: it has 1 value, and its shape says 2"),
        ([{**ONE, "shape": [-1, -2]}], b"", "a size below 0"),
        ([{**ONE, "datatype": "int"}], b"", "the datatype int is none of"),
        ([{**ONE, "shape": 2}], b"", "no list of whole numbers"),
        ([{**ONE, "name": 1}], b"", "a tensor has a name"),
        ([BINARY], b"", "no data, and no binary_data_size"),
        ([{**BINARY, "parameters": {"binary_data_size": 9}}], b"\x01\x02", "no data, and no binary_data_size"),
        ([{**BINARY, "datatype": "INT32", "shape": [1]}], b"\x01\x02", "its binary data isn't INT32"),
        ([BINARY], b"\x01\x02\x03", "1 bytes belong to no output"),
        ("none", b"", "there are no outputs"),
    ],
)
def test_what_is_wrong_with_outputs_is_said(outputs: Any, data: bytes, words: str) -> None:
    found = answers.outputs_of(answer({"model_name": "m", "outputs": outputs}, data), "m")
    assert words in found[1]


def test_a_header_that_lies_is_told() -> None:
    lie = answer({}, b"x", **{"inference-header-content-length": "999"})
    assert "isn't a number of bytes up to the body's 3" in answers.outputs_of(lie, "m")[1]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"name": "x", "platform": "p", "inputs": [], "outputs": []}, "name isn't m"),
        ({"name": "m", "inputs": [], "outputs": []}, "platform is no text"),
        ({"name": "m", "platform": "p", "outputs": []}, "inputs is no list"),
        ({"name": "m", "platform": "p", "inputs": [], "outputs": [7]}, "outputs[0]: a tensor has a name"),
    ],
)
def test_what_a_model_says_is_held_to_the_protocol(document: Any, words: str) -> None:
    assert words in answers.model_metadata(answer(document), "m")


def test_numbers_may_differ_as_far_as_numbers_do() -> None:
    assert answers.differs({"p": [0.5, float("nan"), "a"]}, {"p": [0.500001, float("nan"), "a"]}) == ""
    assert answers.differs({"p": [0.5]}, {"p": [0.6]}).startswith("p isn't what")
    assert answers.differs({"p": [0.5]}, {"p": [0.5, 0.5]}).startswith("p isn't what")
