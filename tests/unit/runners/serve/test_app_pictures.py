"""Pictures, as clients send them by both versions of the protocol."""

import base64
import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from runners.models import load
from tests.unit.runners.serve.endpoint import V1, V2, Endpoint
from tests.unit.runners.serve.tiny import bright


@pytest.fixture
def endpoint(tmp_path: Path) -> Endpoint:
    """Return a model of pictures: the class of the brighter half."""
    return Endpoint(load(tmp_path, bright(tmp_path)), 10**6)


def picture() -> bytes:
    """Return a grey picture of 6 x 4 pixels, whose right half is white, as a file has it."""
    pixels, held = np.zeros((4, 6), np.uint8), BytesIO()
    pixels[:, 3:] = 255
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


TEXT = base64.b64encode(picture()).decode()


def refused(endpoint: Endpoint, told: Any, path: str = V1) -> str:
    """Return why a request is refused."""
    status, answer = endpoint.ask(path, told)
    assert status == 400
    return str(answer["error"])


@pytest.mark.parametrize(
    "instance",
    [
        {"image": {"b64": TEXT}},
        {"image": TEXT},
        {"b64": TEXT},
        {"image": [0.0, 1.0, 0.0, 1.0]},
        {"image": [[0.0, 1.0], [0.0, 1.0]]},
        [[0.0, 1.0], [0.0, 1.0]],
    ],
    ids=["object", "text", "alone", "numbers", "nested", "list"],
)
def test_a_picture_is_asked_about_by_version_1(endpoint: Endpoint, instance: Any) -> None:
    status, told = endpoint.ask(V1, {"instances": [instance] * 2})
    assert (status, told["predictions"]) == (200, ["right", "right"])


@pytest.mark.parametrize("form", ["base64", "binary", "flat", "nested"])
def test_a_picture_is_asked_about_by_version_2(endpoint: Endpoint, form: str) -> None:
    binary = (struct.pack("<I", len(picture())) + picture()) * 2
    told: dict[str, Any] = {
        "base64": {"shape": [2, 1], "datatype": "BYTES", "data": [TEXT, TEXT]},
        "binary": {"shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": len(binary)}},
        "flat": {"shape": [2, 4], "datatype": "FP32", "data": [0, 1, 0, 1] * 2},
        "nested": {"shape": [2, 2, 2], "datatype": "FP32", "data": [[[0, 1], [0, 1]]] * 2},
    }[form]
    head = json.dumps({"inputs": [{"name": "image", **told}]}).encode()
    beside = {"inference_header_content_length": str(len(head))} if form == "binary" else {}
    status, answer = endpoint.ask(V2, head + (binary if beside else b""), **beside)
    assert (status, answer["outputs"][0]["data"]) == (200, ["right", "right"])


def test_what_a_model_of_pictures_takes_is_told(endpoint: Endpoint) -> None:
    _, told = endpoint.ask("/v2/models/employment", method="GET")
    assert told["inputs"] == [{"name": "image", "datatype": "BYTES", "shape": [-1, 1]}]
    assert "image of row 0 is no picture that is taken" in refused(endpoint, {"instances": [{"image": "no base64!"}]})
    assert "a picture are its file, by Base64" in refused(endpoint, {})


def test_pictures_are_noted_as_the_numbers_that_they_are(endpoint: Endpoint) -> None:
    endpoint.ask(V1, {"instances": [{"image": TEXT}]})
    columns = endpoint.logged[0].columns
    assert columns is not None
    numbers = np.asarray(columns["image"])
    assert numbers.shape == (1, 4)
    assert numbers.tolist() == [pytest.approx([0.125, 0.875, 0.125, 0.875], abs=0.001)]


def test_numbers_that_no_picture_has_are_refused_by_their_row(endpoint: Endpoint) -> None:
    good = [0.0, 1.0, 0.0, 1.000001]
    told = "numbers from 0 to 1 are taken; 0..255 are divided by 255"
    beyond = {"instances": [{"image": good}, {"image": [0, 128, 0, 255]}]}
    assert refused(endpoint, beyond).startswith(f"image of row 1 holds 128: {told}")
    assert refused(endpoint, {"instances": [[0, -0.5, 0, 1]]}).startswith(f"image of row 0 holds -0.5: {told}")
    lacking = {"instances": [{"image": [0, 1, None, 1]}]}
    assert refused(endpoint, lacking).startswith(f"image of row 0 lacks the number 2: {told}")


@pytest.mark.parametrize("first", ["file", "numbers", "none"])
def test_a_missing_picture_is_told_by_its_row(endpoint: Endpoint, first: str) -> None:
    rows = {"file": [TEXT, None], "numbers": [[0, 1, 0, 1], None], "none": [None, TEXT]}[first]
    why = refused(endpoint, {"instances": [{"image": given} for given in rows]})
    assert f"image of row {rows.index(None)} is missing: give a picture for each row" in why
    none = {"inputs": [{"name": "image", "shape": [1, 1], "datatype": "BYTES", "data": [None]}]}
    assert "image of row 0 is missing" in refused(endpoint, none, V2)
