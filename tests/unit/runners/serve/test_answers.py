"""The bytes of an answer."""

import json
import struct

import numpy as np
import pytest

from runners.serve.answers import inferred, refused, told
from runners.serve.responses import Output
from runners.serve.types import JSON_LENGTH

NUMBERS = Output("p", "FP64", [2, 1], [0.25, 0.75])
WORDS = Output("prediction", "BYTES", [2, 1], ["no", "ja \u00fc"])


def test_documents_and_refusals_are_json() -> None:
    assert told({"ready": True}) == (200, b'{"ready":true}', told({}).headers)
    assert (refused(404, "no <b>").status, json.loads(refused(404, "no <b>").body)) == (404, {"error": "no <b>"})


def test_without_binary_data_all_is_json() -> None:
    answer = json.loads(inferred("m", "mine", (NUMBERS, WORDS), frozenset()).body)
    assert (answer["model_name"], answer["id"]) == ("m", "mine")
    assert answer["outputs"][1] == {
        "name": "prediction",
        "datatype": "BYTES",
        "shape": [2, 1],
        "data": ["no", "ja \u00fc"],
    }


@pytest.mark.parametrize(
    ("datatype", "dtype"), [("BOOL", "?"), ("INT64", "<i8"), ("UINT64", "<u8"), ("FP32", "<f4"), ("FP64", "<f8")]
)
def test_numbers_lie_as_in_memory(datatype: str, dtype: str) -> None:
    answer = inferred("m", "mine", (Output("p", datatype, [3], [0, 1, 1]),), {"p"})
    head = int(dict(answer.headers)[JSON_LENGTH])
    assert json.loads(answer.body[:head])["outputs"][0]["parameters"] == {"binary_data_size": len(answer.body) - head}
    assert np.frombuffer(answer.body[head:], dtype).tolist() == [0, 1, 1]


def test_texts_follow_their_lengths_and_the_rest_stays_json() -> None:
    answer = inferred("m", "mine", (WORDS, NUMBERS), {"prediction"})
    head = int(dict(answer.headers)[JSON_LENGTH])
    assert json.loads(answer.body[:head])["outputs"][1]["data"] == [0.25, 0.75]
    assert answer.body[head:] == b"".join(struct.pack("<I", len(w.encode())) + w.encode() for w in WORDS.data)
