"""Pixels: pictures of any size and mode as rows of numbers from 0 to 1."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from runners.contract import InputError
from runners.models.pictures import Preparation
from runners.train.pixels import decode, size_for


def test_a_picture_becomes_its_pixels_row_by_row(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 255], [51, 102]], np.uint8)).save(tmp_path / "a.png")
    assert decode(tmp_path, ["a.png"], Preparation(2, 2)).tolist() == [pytest.approx([0, 1, 0.2, 0.4])]


def test_colours_go_by_channel(tmp_path: Path) -> None:
    Image.new("RGB", (2, 1), (255, 0, 51)).save(tmp_path / "a.png")
    assert decode(tmp_path, ["a.png"], Preparation(1, 2, 3)).tolist() == [pytest.approx([1, 1, 0, 0, 0.2, 0.2])]
    assert decode(tmp_path, ["a.png"], Preparation(1, 2)).shape == (1, 2)


def test_other_sizes_are_scaled(tmp_path: Path) -> None:
    Image.new("L", (40, 20), 255).save(tmp_path / "a.png")
    scaled = decode(tmp_path, ["a.png"], Preparation(4, 4))
    assert scaled.shape == (1, 16)
    assert scaled.min() == 1.0


@pytest.mark.parametrize(
    ("sides", "asked", "expected"),
    [
        ([8, 8, 8], None, Preparation(8, 8)),
        ([8, 8, 9], None, Preparation(32, 32)),
        ([64, 64], None, Preparation(32, 32)),
        ([64, 64], 16, Preparation(16, 16)),
    ],
)
def test_small_pictures_of_one_size_keep_it(sides: list[int], asked: int | None, expected: Preparation) -> None:
    assert size_for(np.array(sides), np.array(sides), asked, 1) == expected
    assert expected.values == expected.height * expected.width


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("gone.png", "there is no picture gone.png"),
        ("../outside.png", "leads out of its folder"),
        (None, "leads out of its folder"),
        ("text.png", "the picture text.png can't be decoded"),
    ],
)
def test_a_picture_that_cannot_be_had_is_told(tmp_path: Path, path: str | None, what: str) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album/text.png").write_text("no picture")
    with pytest.raises(InputError, match=what):
        decode(tmp_path / "album", [path], Preparation(2, 2))
