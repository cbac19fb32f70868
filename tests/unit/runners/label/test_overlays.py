"""The picture of disputes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from runners.label.examples import read_picture
from runners.label.formats.written import Size
from runners.label.overlays import DRAWN, WRITTEN, Disputed, draw_disputes
from runners.label.regions import Region

PLACES = {
    "boxes": (0.1, 0.1, 0.5, 0.5),
    "polygons": (0.1, 0.1, 0.5, 0.1, 0.5, 0.5),
    "masks": (20, 10, 22, 30, 42, 50),
    "points": (0.3, 0.3),
}


def shades(path: Path) -> int:
    """Count the different colours of a picture."""
    with Image.open(path) as image:
        return len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0))


@pytest.mark.parametrize("answer", DRAWN)
def test_what_each_annotator_marked_is_drawn(tmp_path: Path, answer: str) -> None:
    region = Region('$x_"ü"\n<b>', PLACES[answer])
    both = Disputed("a/1.png", 0.5, {"ann": [region], "$bo$\x00": []}, np.full((10, 20, 3), 0.5), 2.0)
    for name, one in (("full", both), ("empty", both._replace(answers={"ann": [], "$bo$\x00": []}))):
        draw_disputes(tmp_path / f"{name}.png", [one] * 7, answer)
    assert (tmp_path / "full.png").read_bytes() != (tmp_path / "empty.png").read_bytes()
    assert shades(tmp_path / "full.png") > shades(tmp_path / "empty.png")


@pytest.mark.parametrize("answer", WRITTEN)
def test_what_each_annotator_said_is_written_below_the_picture(tmp_path: Path, answer: str) -> None:
    one = Disputed("a/1.png", 0.5, {"ann": '$x_"ü"\n<b>', "$bo$\x00": "cat"}, np.full((10, 20, 3), 0.5), 2.0)
    others = {"full": one, "other": one._replace(answers={"ann": "dog", "$bo$\x00": "cat"})}
    for name, told in others.items():
        draw_disputes(tmp_path / f"{name}.png", [told] * 7, answer)
    assert (tmp_path / "full.png").read_bytes() != (tmp_path / "other.png").read_bytes()


def test_a_mask_of_one_row_is_drawn_without_its_outline(tmp_path: Path) -> None:
    draw_disputes(tmp_path / "x.png", [Disputed("1.png", 0.5, {"a": [Region("x", (9, 1, 0, 4))]})], "masks")
    assert (tmp_path / "x.png").stat().st_size


def test_pictures_are_brought_to_a_size_and_bad_ones_left_out(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.new("RGB", (640, 320), "red").save(tmp_path / "images" / "1.png")
    (tmp_path / "images" / "2.png").write_text("no picture")
    (tmp_path / "3.png").write_bytes((tmp_path / "images" / "1.png").read_bytes())
    found = read_picture(str(tmp_path), "1.png", Size(640, 320), 32)
    assert found.shape == (16, 32, 3)
    assert found[0, 0].tolist() == [1, 0, 0]
    for name in ("2.png", "4.png", "../3.png"):
        assert read_picture(str(tmp_path), name, Size(640, 320), 32) is None
