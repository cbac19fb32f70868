"""The look of all pictures."""

from pathlib import Path

from runners.monitor.plots.canvas import ALERT, INK, grid_of, keyed, save, titled


def test_plots_lie_beside_and_below_each_other() -> None:
    figure, plots = grid_of(5, height=2.0)
    assert len(plots) == 5
    assert figure.get_figheight() == 4.0
    assert not plots[0].spines["top"].get_visible()


def test_a_title_is_marked_where_it_is_beyond() -> None:
    _, (usual, beyond) = grid_of(2, height=2.0)
    titled(usual, "age")
    titled(beyond, "sex", is_beyond=True)
    assert usual.title.get_text() == ""
    assert (usual.get_title(loc="left"), beyond.get_title(loc="left")) == ("age", "sex")
    colours = [plot._left_title.get_color() for plot in (usual, beyond)]  # type: ignore[attr-defined]
    assert colours == [INK, ALERT]


def test_the_key_is_written_once(tmp_path: Path) -> None:
    figure, plots = grid_of(2, height=2.0)
    for plot in plots:
        plot.plot([1, 2], [1, 2], label="now")
    keyed(figure, plots[0])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["now"]
    save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_column_with_dollar_signs_is_drawn_as_it_is(tmp_path: Path) -> None:
    figure, (plot,) = grid_of(1, height=2.0)
    titled(plot, r"cost in $\frac and $")
    plot.set_xticks([0, 1], [r"$\bad{$", "$10_ to $20"])
    save(figure, tmp_path / "a.png")
    assert (tmp_path / "a.png").exists()
