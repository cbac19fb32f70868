"""What all pictures of profiles and labels share."""

from pathlib import Path

import numpy as np
from PIL import Image

from runners.drawing import BLUE, clipped, in_order, new_figure, plain, save, shares_map


def test_texts_are_clipped_and_safe_to_draw() -> None:
    assert clipped("abcdef", 4) == "abc…"
    assert plain("a$b\x00") == "a$b?"
    assert sorted(["b", "10", "9", "-"], key=in_order) == ["9", "10", "-", "b"]


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        figure = new_figure(2, 1)
        figure.text(0.5, 0.5, "a")
        save(figure, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_lies_between_dollar_signs_is_no_formula(tmp_path: Path) -> None:
    figure = new_figure(2, 1)
    figure.text(0.5, 0.5, r"from $10_ to $\bad{")
    figure.subplots().set_xticks([0], [r"$\frac and $"])
    save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size


def test_pictures_have_a_clear_ground_and_nothing_is_drawn_in_black(tmp_path: Path) -> None:
    figure = new_figure(2, 1)
    panel = figure.subplots()
    panel.set_title("a")
    panel.plot([0, 1], [0, 1], color=BLUE)
    save(figure, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        pixels = np.asarray(picture.convert("RGBA"))
    assert pixels[0, 0, 3] == 0
    shown = pixels[pixels[:, :, 3] == 255][:, :3]
    assert len(shown)
    assert shown.max(axis=1).min() > 0x60, "what is nearly black isn't seen on a dark screen"


def test_shares_go_from_the_ground_to_blue() -> None:
    none, whole = shares_map()([0.0, 1.0])
    assert (none[3], whole[3]) == (0.0, 1.0)
