"""The model as KServe calls it."""

import asyncio
import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from runners.models import load
from runners.serve.request_context import NOW, Exchange
from runners.serve.slim_imports import import_server
from tests.unit.runners.serve.tiny import bright, make

import_server()

from kserve.errors import InvalidInput  # noqa: E402 - KServe is entered by the lean way
from kserve.protocol.infer_type import InferInput, InferRequest, RequestedOutput  # noqa: E402

from runners.serve.served import INLINE_ROWS, ServedModel  # noqa: E402


@pytest.fixture
def served(tmp_path: Path) -> ServedModel:
    return ServedModel("employment", load(tmp_path, make(tmp_path)))


def request(rows: int = 1, **told: Any) -> InferRequest:
    ages = InferInput("AGEP", [rows, 1], "FP32", [30] * rows)
    sexes = InferInput("SEX", [rows, 1], "BYTES", ["1"] * rows)
    return InferRequest("employment", [ages, sexes], request_id="mine", **told)


def ask(served: ServedModel, payload: Any) -> Any:
    return asyncio.run(served.predict(payload))


def test_version_1(served: ServedModel) -> None:
    answer = ask(served, {"instances": [{"AGEP": 30, "SEX": "1"}, {"AGEP": 60, "SEX": "2"}]})
    assert answer["predictions"] == [0, 1]
    assert answer["predicted_probability"] == pytest.approx([0.5, 0.731], abs=1e-3)


def test_version_2(served: ServedModel) -> None:
    answer, _ = ask(served, request()).to_rest()
    assert (answer["id"], answer["model_name"]) == ("mine", "employment")
    assert [(o["name"], o["shape"], o["datatype"]) for o in answer["outputs"]] == [
        ("prediction", [1, 1], "INT64"),
        ("predicted_probability", [1, 1], "FP64"),
    ]


def test_only_the_outputs_that_were_asked_for(served: ServedModel) -> None:
    answer, _ = ask(served, request(request_outputs=[RequestedOutput("prediction")])).to_rest()
    assert [output["name"] for output in answer["outputs"]] == ["prediction"]


def test_a_long_request_is_answered_the_same(served: ServedModel) -> None:
    answer, _ = ask(served, request(INLINE_ROWS + 1)).to_rest()
    assert len(answer["outputs"][0]["data"]) == INLINE_ROWS + 1


def test_what_was_asked_and_answered_is_noted(served: ServedModel) -> None:
    exchange = Exchange("an-id")
    token = NOW.set(exchange)
    ask(served, request())
    assert exchange.columns == {"AGEP": [30], "SEX": ["1"]}
    assert exchange.prediction is not None
    with pytest.raises(InvalidInput, match="did you mean AGEP"):
        ask(served, {"instances": [{"AGE": 30}]})
    assert "did you mean AGEP" in exchange.error
    NOW.reset(token)


def test_it_tells_its_inputs_and_outputs(served: ServedModel) -> None:
    assert served.get_input_types()[0] == {"name": "AGEP", "datatype": "FP32", "shape": [-1, 1]}
    assert served.get_output_types()[1]["name"] == "predicted_probability"
    assert served.ready


@pytest.fixture
def brightness(tmp_path: Path) -> ServedModel:
    """Return a model of pictures: the class of the brighter half."""
    return ServedModel("bright", load(tmp_path, bright(tmp_path)))


def picture() -> bytes:
    """Return a grey picture of 6 x 4 pixels, whose right half is white, as a file has it."""
    pixels, held = np.zeros((4, 6), np.uint8), BytesIO()
    pixels[:, 3:] = 255
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize(
    "instance",
    [
        lambda text: {"image": {"b64": text}},
        lambda text: {"image": text},
        lambda text: {"b64": text},
        lambda _: {"image": [0.0, 1.0, 0.0, 1.0]},
        lambda _: {"image": [[0.0, 1.0], [0.0, 1.0]]},
        lambda _: [[0.0, 1.0], [0.0, 1.0]],
    ],
)
def test_a_picture_is_asked_about_by_version_1(brightness: ServedModel, instance: Any) -> None:
    text = base64.b64encode(picture()).decode()
    assert ask(brightness, {"instances": [instance(text)] * 2})["predictions"] == ["right", "right"]


@pytest.mark.parametrize("form", ["base64", "binary", "flat", "nested"])
def test_a_picture_is_asked_about_by_version_2(brightness: ServedModel, form: str) -> None:
    text = base64.b64encode(picture()).decode()
    shape, datatype, data = {
        "base64": ([2, 1], "BYTES", [text, text]),
        "binary": ([2], "BYTES", None),
        "flat": ([2, 4], "FP32", [0, 1, 0, 1] * 2),
        "nested": ([2, 2, 2], "FP32", [[[0, 1], [0, 1]]] * 2),
    }[form]
    given = InferInput("image", shape, datatype, data)
    if form == "binary":
        given.set_data_from_numpy(np.array([picture()] * 2, np.object_), binary_data=True)
    answer, _ = ask(brightness, InferRequest("bright", [given])).to_rest()
    assert answer["outputs"][0]["data"] == ["right", "right"]


def test_what_a_model_of_pictures_takes_is_told(brightness: ServedModel) -> None:
    assert brightness.get_input_types() == [{"name": "image", "datatype": "BYTES", "shape": [-1, 1]}]
    with pytest.raises(InvalidInput, match=r"image of row 0 is no picture that is taken"):
        ask(brightness, {"instances": [{"image": "no base64!"}]})
    with pytest.raises(InvalidInput, match=r"image BYTES .*a picture are its file, by Base64"):
        ask(brightness, {})


def test_pictures_are_noted_as_the_numbers_that_they_are(brightness: ServedModel) -> None:
    exchange = Exchange("an-id")
    token = NOW.set(exchange)
    ask(brightness, {"instances": [{"image": base64.b64encode(picture()).decode()}]})
    NOW.reset(token)
    assert exchange.columns is not None
    numbers = np.asarray(exchange.columns["image"])
    assert numbers.shape == (1, 4)
    assert numbers.tolist() == [pytest.approx([0.125, 0.875, 0.125, 0.875], abs=0.001)]


def test_numbers_that_no_picture_has_are_refused_by_their_row(brightness: ServedModel) -> None:
    good = [0.0, 1.0, 0.0, 1.000001]
    told = r"numbers from 0 to 1 are taken; 0\.\.255 are divided by 255"
    with pytest.raises(InvalidInput, match=rf"image of row 1 holds 128: {told}"):
        ask(brightness, {"instances": [{"image": good}, {"image": [0, 128, 0, 255]}]})
    with pytest.raises(InvalidInput, match=rf"image of row 0 holds -0.5: {told}"):
        ask(brightness, {"instances": [[0, -0.5, 0, 1]]})
    with pytest.raises(InvalidInput, match=rf"image of row 0 lacks the number 2: {told}"):
        ask(brightness, {"instances": [{"image": [0, 1, None, 1]}]})


@pytest.mark.parametrize("first", ["file", "numbers", "none"])
def test_a_missing_picture_is_told_by_its_row(brightness: ServedModel, first: str) -> None:
    text = base64.b64encode(picture()).decode()
    rows = {"file": [text, None], "numbers": [[0, 1, 0, 1], None], "none": [None, text]}[first]
    with pytest.raises(InvalidInput, match=f"image of row {rows.index(None)} is missing: give a picture for each row"):
        ask(brightness, {"instances": [{"image": given} for given in rows]})
    with pytest.raises(InvalidInput, match="image of row 0 is missing"):
        ask(brightness, InferRequest("bright", [InferInput("image", [1, 1], "BYTES", [None])]))


@pytest.mark.parametrize("name", [[], {"a": 1}, 7, None])
def test_the_name_of_an_output_is_a_text_also_beside_binary_data(served: ServedModel, name: Any) -> None:
    with pytest.raises(InvalidInput, match="the name of an output is a text"):
        ask(served, request(request_outputs=[RequestedOutput(name)]))


@pytest.mark.parametrize("identity", [7, 1.5, ["a"], {"a": 1}])
def test_the_id_of_a_request_is_a_text_also_beside_binary_data(served: ServedModel, identity: Any) -> None:
    asked = request()
    asked.id = identity
    with pytest.raises(InvalidInput, match="the id of a request is a text"):
        ask(served, asked)
