"""Figures over chunks: the reference's to the left, the window's to the right in the order of time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from runners.monitor.performance import ERRORS
from runners.monitor.plots.canvas import ALERT, BEFORE, INK, KNOWN, NOW, Figure, Plot, grid_of, titled
from runners.monitor.report import PerformancePart, Report, SeriesPart

MOST_COLUMNS = 6
_FEWEST_BEFORE = 8


def drift(report: Report) -> Figure | None:
    """Draw the distance of the columns that are farthest beyond their limits."""
    columns = [(column, column.jensen_shannon) for column in report.columns if column.jensen_shannon][:MOST_COLUMNS]
    if not columns:
        return None
    figure, plots = grid_of(len(columns), height=1.75)
    for plot, (column, series) in zip(plots, columns, strict=True):
        _line(plot, series)
        plot.lowest = 0.0
        titled(plot, column.name, is_beyond=column.drifted)
    return figure


def reconstruction(report: Report) -> Figure | None:
    """Draw the reconstruction error of all columns together."""
    series = report.reconstruction
    if series is None:
        return None
    figure, (plot,) = grid_of(1, height=2.4)
    _line(plot, series)
    titled(plot, "Reconstruction error, all columns")
    return figure


def performance(report: Report) -> Figure | None:
    """Draw the first metric: estimated, with two standard errors on both sides, and beside it realised where known."""
    told = report.first()
    shown = [one for one in (told.estimated_chunks, told.realized_chunks) if one] if told else []
    if told is None or not shown:
        return None
    figure, plots = grid_of(len(shown), height=2.6, most_across=2)
    for plot, series in zip(plots, shown, strict=True):
        _side(plot, series, told, is_realized=series is told.realized_chunks)
    return figure


def _side(plot: Plot, series: SeriesPart, told: PerformancePart, *, is_realized: bool) -> None:
    """Draw one side: estimated on the window, or realised on all rows whose outcomes are known."""
    _before(plot, series)
    if is_realized:
        at, values = _points(series.now)
        plot.line(at, values, KNOWN, "realised", width=1.2)
        plot.dots(at, values, KNOWN, width=5)
    else:
        _estimated(plot, series, np.inf if told.metric in ERRORS else 1.0)
    if told.reference is not None:
        plot.level(told.reference, BEFORE)
    rows = "rows with outcomes" if is_realized else "this window"
    titled(plot, f"{told.metric}, {rows}, by chunk")
    _numbered(plot, len(series.now))


def _estimated(plot: Plot, series: SeriesPart, most: float) -> None:
    """Draw an estimate with its band, which ends where the metric does."""
    at, values = _points(series.now)
    errors = np.array([error or 0.0 for error in series.errors] or [0.0] * len(values))
    low, high = np.maximum(values - 2 * errors, 0.0), np.minimum(values + 2 * errors, most)
    plot.band(at, low, high, NOW)
    plot.line(at, values, NOW, "estimated", width=1.6)
    plot.dots(at, values, NOW)


def _line(plot: Plot, series: SeriesPart) -> None:
    _before(plot, series)
    at, values = _points(series.now)
    plot.line(at, values, NOW, "this window", width=1.6)
    plot.dots(at, values, NOW)
    for limit in (series.lower, series.upper):
        if limit is not None:
            plot.level(limit, INK, "limit")
    beyond = _beyond(values, series.lower, series.upper)
    plot.dots(at[beyond], values[beyond], ALERT, "beyond" if beyond.any() else "", width=5)
    _numbered(plot, len(values))


def _before(plot: Plot, series: SeriesPart) -> None:
    """Draw the reference's chunks, no more than would leave the window too little room."""
    shown = series.reference[-max(_FEWEST_BEFORE, len(series.now)) :]
    values = _numbers(shown)
    if not len(values):
        return
    plot.line(np.arange(-len(values), 0), values, BEFORE, "reference", width=1.2)
    plot.divider(0)


def _points(values: Sequence[float | None]) -> tuple[Any, Any]:
    return np.arange(1, len(values) + 1), _numbers(values)


def _numbers(values: Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _beyond(values: Any, lower: float | None, upper: float | None) -> Any:
    above = values > (np.inf if upper is None else upper)
    return above | (values < (-np.inf if lower is None else lower))


def _numbered(plot: Plot, count: int) -> None:
    """Number the window's chunks; the reference's have no order."""
    plot.ticks = numbered(count)


def numbered(count: int) -> list[tuple[float, str]]:
    """Return what stands below numbers from 1 on: some of them."""
    step = next(size * 10**power for power in range(6) for size in (1, 2, 5) if count / (size * 10**power) <= 6)
    return [(float(at), str(at)) for at in range(step, count + 1, step)]
