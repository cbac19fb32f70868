"""What all pictures of profiles and labels share."""

from pathlib import Path

from runners.drawing import clipped, in_order, new_figure, plain, save


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
