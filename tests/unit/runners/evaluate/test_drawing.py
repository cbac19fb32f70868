"""Drawing: small PNG files on a clear ground, equal for equal figures."""

from pathlib import Path

import numpy as np
from PIL import Image

from runners.evaluate.drawing import BLUE, label, picture


def draw(path: Path) -> None:
    with picture(path, "Title", 3, 2) as axes:
        axes.plot([0, 1], [1, 0], color=BLUE, label="falls")
        axes.plot([0, 1], [0, 1], label="rises")
        label(axes, "x", "y")


def test_a_picture_is_small_and_has_a_clear_ground(tmp_path: Path) -> None:
    draw(tmp_path / "curves/line.png")
    with Image.open(tmp_path / "curves/line.png") as image:
        assert image.size == (360, 240)
        assert np.asarray(image.convert("RGBA"))[0, 0, 3] == 0


def test_equal_figures_give_equal_files(tmp_path: Path) -> None:
    draw(tmp_path / "a.png")
    draw(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
