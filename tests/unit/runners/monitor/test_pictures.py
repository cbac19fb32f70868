"""Figures of pictures tell black from noise, a blurred picture from a sharp one, and what is none from both."""

import numpy as np
import pytest

from runners.monitor.pictures import Picture, pictures_of, watched

IMAGE = Picture("image", 8, 8, 1)
SIGNATURE = {
    "image": {"height": 8, "width": 8, "channels": 1},
    "inputs": [{"name": "image", "shape": [-1, 64]}, {"name": "age", "shape": [-1, 1]}],
}


def test_brightness_contrast_and_sharpness() -> None:
    board = np.indices((8, 8)).sum(axis=0) % 2
    black, sharp, ramp = (IMAGE.figures(values) for values in ([0.0] * 64, board.ravel().tolist(), np.arange(64) / 64))
    assert [black[name] for name in IMAGE.columns] == [0.0, 0.0, 0.0]
    assert (sharp["brightness of image"], sharp["contrast of image"]) == (0.5, 0.5)
    assert (sharp["sharpness of image"] or 0) > 1
    assert ramp["sharpness of image"] == pytest.approx(0.0)


def test_channels_are_averaged() -> None:
    told = Picture("image", 2, 2, 3).figures([1.0] * 4 + [0.0] * 8)
    assert told["brightness of image"] == pytest.approx(1 / 3)
    assert told["sharpness of image"] == 0.0, "too small to be blurred"


@pytest.mark.parametrize("values", [None, "iVBORw0KGgo=", [0.0] * 63, [None] * 64, [float("nan")] * 64, {"b64": ""}])
def test_what_is_no_picture_of_that_size_has_no_figures(values: object) -> None:
    assert IMAGE.figures(values) == dict.fromkeys((*IMAGE.columns, "embedding of image"))


def test_the_figures_stand_in_the_pictures_place() -> None:
    row = dict(watched({"id": 3, "image": [1.0] * 64}, [IMAGE]))
    point = row.pop("embedding of image")
    assert (type(point), any(point)) == (bytes, False)
    assert row == {"id": 3, "brightness of image": 1.0, "contrast of image": 0.0, "sharpness of image": 0.0}


def test_the_signature_says_which_inputs_are_pictures() -> None:
    assert pictures_of(SIGNATURE) == (IMAGE,)
    assert pictures_of({"inputs": SIGNATURE["inputs"]}) == ()
    assert pictures_of(SIGNATURE | {"image": {"height": "x"}}) == ()
    assert pictures_of(SIGNATURE | {"image": {"height": 1, "width": 1}}) == (), "a number is no picture"
    alone = {"image": {"height": 1, "width": 1}, "inputs": [{"name": "image", "shape": [-1, 1]}]}
    assert pictures_of(alone) == (Picture("image", 1, 1, 1),)


def test_of_one_value_there_is_no_more_to_see_than_its_brightness() -> None:
    assert [Picture("image", *size, 3).has_point for size in ((1, 1), (1, 2), (8, 8))] == [False, True, True]
