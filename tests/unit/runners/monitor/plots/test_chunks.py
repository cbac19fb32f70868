"""Figures over chunks: the window is drawn whole, the reference as far as there is room."""

from dataclasses import replace

from runners.monitor.chunks import Series
from runners.monitor.plots.canvas import Mark, Plot, heights_of
from runners.monitor.plots.chunks import MOST_COLUMNS, drift, numbered, performance, reconstruction
from tests.unit.runners.monitor.example import FOUND, LOOSE, bare, document


def test_the_farthest_columns_are_drawn_with_their_limits() -> None:
    figure = drift(document())
    assert figure
    assert [plot.title for plot in figure.plots] == ["kind|of", "age"]
    lines = named(figure.plots[0])
    assert lines["this window"].xs == (1, 2, 3)
    assert lines["beyond"].highs == (0.4, 0.5, 0.6)
    assert lines["reference"].xs == (-2, -1)


def test_no_more_columns_are_drawn_than_can_be_read() -> None:
    columns = document().columns[:1] * 20
    figure = drift(document().model_copy(update={"columns": columns}))
    assert figure
    assert len(figure.plots) == MOST_COLUMNS


def test_a_long_reference_leaves_room_for_the_window() -> None:
    long = Series((1.0,) * 40, (1.0, 1.0, 1.0), upper=1.2)
    figure = reconstruction(document(found=replace(FOUND, reconstruction=long)))
    assert figure
    assert len(named(figure.plots[0])["reference"].xs) == 8


def test_performance_is_drawn_from_whichever_is_known() -> None:
    (both,) = FOUND.performance
    for one in (both, replace(both, estimated=None), replace(both, realized=None)):
        figure = performance(document(LOOSE, replace(FOUND, performance=[one])))
        assert figure
        labels = {label for plot in figure.plots for label in named(plot)}
        assert ("realised" in labels, "estimated" in labels) == (one.realized is not None, one.estimated is not None)


def test_a_band_ends_where_its_metric_does_and_no_mark_is_cut() -> None:
    (both,) = FOUND.performance
    high = Series((), (0.99, 0.98, 0.97), errors=(0.1, 0.1, 0.1))
    figure = performance(document(LOOSE, replace(FOUND, performance=[replace(both, estimated=high, realized=None)])))
    assert figure
    (band,) = (mark for mark in figure.plots[0].marks if mark.kind == "band")
    assert max(band.highs) == 1.0
    assert "reference" not in named(figure.plots[0]), "it has no chunks"
    drawn = drift(document())
    assert drawn
    for plot in drawn.plots:
        assert heights_of(plot)[1] > 1.05 * max(max(mark.highs) for mark in plot.marks if mark.highs)


def named(plot: Plot) -> dict[str, Mark]:
    return {mark.label: mark for mark in plot.marks if mark.label}


def test_some_of_many_chunks_are_numbered() -> None:
    assert [name for _, name in numbered(3)] == ["1", "2", "3"]
    assert [name for _, name in numbered(60)] == ["10", "20", "30", "40", "50", "60"]


def test_nothing_known_draws_nothing() -> None:
    assert drift(bare()) is performance(bare()) is reconstruction(bare()) is None
