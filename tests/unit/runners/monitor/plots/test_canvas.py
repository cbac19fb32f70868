"""The look of all pictures: texts that are whole XML, whatever stands in them."""

from math import nan
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor.plots.canvas import ALERT, INK, NOW, Figure, Plot, grid_of, heights_of, save, steps_of, titled

SVG = "{http://www.w3.org/2000/svg}"


def texts(figure: Figure) -> list[str]:
    return [str(one.text) for one in ElementTree.fromstring(figure.text()).iter(f"{SVG}text")]


def test_plots_lie_beside_and_below_each_other() -> None:
    figure, plots = grid_of(5, height=2.0)
    assert len(plots) == 5
    root = ElementTree.fromstring(figure.text())
    assert (root.get("width"), root.get("height")) == ("920", "422")
    places = [str(group.get("transform")) for group in root.iter(f"{SVG}g")]
    assert len(set(places)) == 5


def test_a_title_is_marked_where_it_is_beyond() -> None:
    figure, (usual, beyond) = grid_of(2, height=2.0)
    titled(usual, "age")
    titled(beyond, "sex", is_beyond=True)
    found = {one.text: one.get("fill") for one in ElementTree.fromstring(figure.text()).iter(f"{SVG}text")}
    assert (found["age"], found["sex"]) == (INK, ALERT)


def test_the_key_is_written_once(tmp_path: Path) -> None:
    figure, plots = grid_of(2, height=2.0)
    for plot in plots:
        plot.line([1, 2], [1, 2], NOW, "now")
    assert texts(figure).count("now") == 1
    save(figure, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == figure.text()


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_column_or_a_category_is_called_is_text_and_nothing_else(title: str, name: str) -> None:
    figure, (plot,) = grid_of(1, height=2.0)
    titled(plot, f"<script>{title}</script>")
    plot.bars([0.0], [1.0], (NOW,), name, width=0.4)
    plot.ticks = [(0.0, f'"/><a href=x>{name}')]
    root = ElementTree.fromstring(figure.text())
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {"svg", "g", "text", "path", "circle"}


def test_a_line_is_broken_where_nothing_is_known() -> None:
    figure, (plot,) = grid_of(1, height=2.0)
    plot.line([1, 2, 3, 4], [1.0, nan, 1.0, 1.0], NOW)
    plot.dots([1, 2], [1.0, nan], NOW)
    plot.band([1, 2], [nan, nan], [nan, nan], NOW)
    ways = [str(one.get("d")) for one in ElementTree.fromstring(figure.text()).iter(f"{SVG}path")]
    assert max(way.count("M") for way in ways) == 2
    assert not any("nan" in way for way in ways)
    assert figure.text().count("<circle") == 1


@pytest.mark.parametrize("value", [0.0, 1e-300, -5.0, 1e300])
def test_one_value_or_none_can_be_drawn(value: float) -> None:
    assert texts(grid_of(1, height=1.0)[0])
    figure, (plot,) = grid_of(1, height=1.0)
    plot.dots([3], [value], NOW)
    low, high = heights_of(plot)
    assert low < value < high
    assert figure.text()


def test_steps_are_round_and_inside() -> None:
    assert steps_of(0.0, 1.0) == [0.0, 0.5, 1.0]
    assert steps_of(-0.1, 0.31) == [0.0, 0.2]
    assert steps_of(0.0, 1.6, is_whole=True) == [0.0, 1.0]
    assert 2 <= len(steps_of(2.4321, 2.4329)) <= 5


def test_an_axis_that_begins_at_nothing_does_so() -> None:
    plot = Plot(lowest=0.0)
    plot.line([1, 2], [3.0, 4.0], NOW)
    assert heights_of(plot)[0] == 0.0
