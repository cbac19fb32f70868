"""Figures over chunks: the window is drawn whole, the reference as far as there is room."""

from collections.abc import Iterator
from dataclasses import replace

from matplotlib.axes import Axes

from runners.monitor.chunks import Series
from runners.monitor.plots.chunks import MOST_COLUMNS, drift, performance, reconstruction
from tests.unit.runners.monitor.example import FOUND, LOOSE, bare, document


def test_the_farthest_columns_are_drawn_with_their_limits() -> None:
    figure = drift(document())
    assert figure
    assert [plot.get_title(loc="left") for plot in figure.axes] == ["kind|of", "age"]
    lines = {str(line.get_label()): line for line in figure.axes[0].get_lines()}
    assert list(lines["this window"].get_xdata()) == [1, 2, 3]
    assert list(lines["beyond"].get_ydata()) == [0.4, 0.5, 0.6]
    assert list(lines["reference"].get_xdata()) == [-2, -1]


def test_no_more_columns_are_drawn_than_can_be_read() -> None:
    columns = document().columns[:1] * 20
    figure = drift(document().model_copy(update={"columns": columns}))
    assert figure
    assert len(figure.axes) == MOST_COLUMNS


def test_a_long_reference_leaves_room_for_the_window() -> None:
    long = Series((1.0,) * 40, (1.0, 1.0, 1.0), upper=1.2)
    figure = reconstruction(document(found=replace(FOUND, reconstruction=long)))
    assert figure
    lines = {str(line.get_label()): line for line in figure.axes[0].get_lines()}
    assert len(lines["reference"].get_xdata()) == 8


def test_performance_is_drawn_from_whichever_is_known() -> None:
    (both,) = FOUND.performance
    for one in (both, replace(both, estimated=None), replace(both, realized=None)):
        figure = performance(document(LOOSE, replace(FOUND, performance=[one])))
        assert figure
        labels = {str(line.get_label()) for plot in figure.axes for line in plot.get_lines()}
        assert ("realised" in labels, "estimated" in labels) == (one.realized is not None, one.estimated is not None)


def test_a_band_ends_where_its_metric_does_and_no_mark_is_cut() -> None:
    (both,) = FOUND.performance
    high = Series((), (0.99, 0.98, 0.97), errors=(0.1, 0.1, 0.1))
    figure = performance(document(LOOSE, replace(FOUND, performance=[replace(both, estimated=high, realized=None)])))
    assert figure
    (band,) = figure.axes[0].collections
    assert band.get_paths()[0].vertices[:, 1].max() == 1.0
    assert "reference" not in {str(line.get_label()) for line in figure.axes[0].get_lines()}, "it has no chunks"
    drawn = drift(document())
    assert drawn
    assert all(plot.get_ylim()[1] > 1.05 * max(_highest(plot)) for plot in drawn.axes)


def _highest(plot: Axes) -> Iterator[float]:
    for line in plot.get_lines():
        if line.get_marker() == "o" and len(line.get_ydata()):
            yield max(line.get_ydata())


def test_nothing_known_draws_nothing() -> None:
    assert drift(bare()) is performance(bare()) is reconstruction(bare()) is None
