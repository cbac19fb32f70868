"""Pictures: the same numbers from a file here and there, and no end of pixels for nobody."""

import base64
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from runners.models import ModelInputError
from runners.models import pictures as room
from runners.models.pictures import NoPicture, Preparation, is_encoded, prepare, prepare_all

GREY = Preparation(2, 2)


def file_of(pixels: Any, form: str = "PNG", **told: Any) -> bytes:
    """Return a picture as a file has it."""
    held = BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(held, form, **told)
    return held.getvalue()


PIXELS = [[0, 255], [51, 102]]
PNG = file_of(PIXELS)


def test_a_picture_becomes_its_values_by_channel_row_and_column() -> None:
    numbers, pixels = prepare(PNG, GREY)
    assert numbers.tolist() == pytest.approx([0, 1, 0.2, 0.4])
    assert (numbers.dtype, pixels) == (np.float32, 4)
    colours = prepare(file_of([[[255, 0, 51], [255, 0, 51]]]), Preparation(1, 2, 3))[0]
    assert colours.tolist() == pytest.approx([1, 1, 0, 0, 0.2, 0.2])


def test_what_a_signature_tells_is_what_was_done() -> None:
    how = Preparation(4, 3, 3, "nearest", 127.5)
    assert Preparation.of(how.as_dict()) == how
    assert how.as_dict()["mode"] == "RGB"
    assert Preparation.of({"height": 4, "width": 3, "channels": 1}) == Preparation(4, 3), "as version 1 told it"


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_of_16_bits_the_higher_ones_count(form: str) -> None:
    held, pixels = BytesIO(), np.array(PIXELS, np.uint16)
    Image.fromarray(pixels * 257).save(held, form)
    assert prepare(held.getvalue(), GREY)[0].tolist() == pytest.approx([0, 1, 0.2, 0.4])
    assert prepare(held.getvalue(), Preparation(2, 2, 3))[0].tolist() == pytest.approx([0, 1, 0.2, 0.4] * 3)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_what_has_no_known_white_is_refused(dtype: Any) -> None:
    held = BytesIO()
    Image.fromarray(np.array(PIXELS, dtype)).save(held, "TIFF")
    with pytest.raises(NoPicture, match="its values are of 32 bits"):
        prepare(held.getvalue(), GREY)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_form_of_a_picture_is_taken(form: str) -> None:
    content = file_of(np.full((5, 5), 255), form)
    text = base64.b64encode(content).decode()
    for value in (content, text, {"b64": text}, [text], text.encode()):
        assert prepare_all("image", [value], GREY).tolist() == [[1, 1, 1, 1]]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"no picture", "it is none of the formats PNG, JPEG"),
        ("no base64!", "give a file's bytes by Base64; it holds a text that isn't that"),
        (base64.b64encode(PNG[:40]).decode(), "image of row 1 is no picture that is taken"),
        ({"b64": 3}, "it holds a int"),
        ({"other": ""}, "it holds a dict"),
        (None, "it holds a NoneType"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "none of the formats"),
    ],
)
def test_what_is_no_picture_is_told_by_its_row(value: Any, told: str) -> None:
    with pytest.raises(ModelInputError) as failure:
        prepare_all("image", [PNG, value], GREY)
    assert told in failure.value.what
    assert failure.value.where == "image"


def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 30_000
    with pytest.raises(NoPicture, match=r"(more than|144000000 pixels, and) 89478485"):
        prepare(bomb.getvalue(), GREY)
    monkeypatch.setattr(room, "MOST_PIXELS", 9)
    with pytest.raises(ModelInputError, match="image of row 2 is no picture that is taken: it has 4 pixels, and 1 are"):
        prepare_all("image", [PNG] * 3, GREY)


def test_pictures_are_told_from_numbers() -> None:
    assert is_encoded([PNG])
    assert is_encoded([["text"], ["text"]])
    assert is_encoded(np.array([PNG], object))
    for values in ([[0.5, 0.25]], np.zeros((3, 4)), [], None, "text", [[[0.5], [0.25]]]):
        assert not is_encoded(values)
