"""Figures over chunks: the reference's to the left, the window's to the right in the order of time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from runners.monitor.performance import ERRORS
from runners.monitor.plots.canvas import ALERT, BEFORE, INK, KNOWN, NOW, QUIET, Axes, Figure, grid_of, keyed, titled
from runners.monitor.report import PerformancePart, Report, SeriesPart

MOST_COLUMNS = 6
_FEWEST_BEFORE = 8
ROOM = 1.06
"""More of an axis that begins at 0 than its figures take, so that the mark of the highest isn't cut."""


def drift(report: Report) -> Figure | None:
    """Draw the distance of the columns that are farthest beyond their limits."""
    columns = [(column, column.jensen_shannon) for column in report.columns if column.jensen_shannon][:MOST_COLUMNS]
    if not columns:
        return None
    figure, plots = grid_of(len(columns), height=1.75)
    for plot, (column, series) in zip(plots, columns, strict=True):
        _line(plot, series)
        plot.set_ylim(0, plot.get_ylim()[1] * ROOM)
        titled(plot, column.name, is_beyond=column.drifted)
    keyed(figure, plots[0])
    return figure


def reconstruction(report: Report) -> Figure | None:
    """Draw the reconstruction error of all columns together."""
    series = report.reconstruction
    if series is None:
        return None
    figure, (plot,) = grid_of(1, height=2.4)
    _line(plot, series)
    titled(plot, "Reconstruction error, all columns")
    keyed(figure, plot)
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
    keyed(figure, *plots)
    return figure


def _side(plot: Axes, series: SeriesPart, told: PerformancePart, *, is_realized: bool) -> None:
    """Draw one side: estimated on the window, or realised on all rows whose outcomes are known."""
    _before(plot, series)
    if is_realized:
        at, values = _points(series.now)
        plot.plot(at, values, "-o", color=KNOWN, linewidth=1.2, markersize=5, label="realised", zorder=4)
    else:
        _estimated(plot, series, np.inf if told.metric in ERRORS else 1.0)
    if told.reference is not None:
        plot.axhline(told.reference, color=BEFORE, linewidth=1, linestyle=(0, (4, 3)))
    rows = "rows with outcomes" if is_realized else "this window"
    titled(plot, f"{told.metric}, {rows}, by chunk")
    _numbered(plot, len(series.now))


def _estimated(plot: Axes, series: SeriesPart, most: float) -> None:
    """Draw an estimate with its band, which ends where the metric does."""
    at, values = _points(series.now)
    errors = np.array([error or 0.0 for error in series.errors] or [0.0] * len(values))
    low, high = np.maximum(values - 2 * errors, 0.0), np.minimum(values + 2 * errors, most)
    plot.fill_between(at, low, high, color=NOW, alpha=0.18, linewidth=0)
    plot.plot(at, values, "-o", color=NOW, linewidth=1.6, markersize=4, label="estimated")


def _line(plot: Axes, series: SeriesPart) -> None:
    _before(plot, series)
    at, values = _points(series.now)
    plot.plot(at, values, "-o", color=NOW, linewidth=1.6, markersize=4, label="this window")
    limits = [limit for limit in (series.lower, series.upper) if limit is not None]
    for number, limit in enumerate(limits):
        plot.axhline(limit, color=INK, linewidth=1, linestyle=(0, (4, 3)), label=None if number else "limit")
    beyond = _beyond(values, series.lower, series.upper)
    plot.plot(at[beyond], values[beyond], "o", color=ALERT, markersize=5, label="beyond", zorder=4)
    _numbered(plot, len(values))


def _before(plot: Axes, series: SeriesPart) -> None:
    """Draw the reference's chunks, no more than would leave the window too little room."""
    shown = series.reference[-max(_FEWEST_BEFORE, len(series.now)) :]
    values = _numbers(shown)
    if not len(values):
        return
    plot.plot(np.arange(-len(values), 0), values, "-", color=BEFORE, linewidth=1.2, label="reference")
    plot.axvline(0, color=QUIET, linewidth=1)


def _points(values: Sequence[float | None]) -> tuple[Any, Any]:
    return np.arange(1, len(values) + 1), _numbers(values)


def _numbers(values: Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _beyond(values: Any, lower: float | None, upper: float | None) -> Any:
    above = values > (np.inf if upper is None else upper)
    return above | (values < (-np.inf if lower is None else lower))


def _numbered(plot: Axes, count: int) -> None:
    """Number the window's chunks; the reference's have no order."""
    ticks = [int(tick) for tick in MaxNLocator(min(count, 6), integer=True).tick_values(1, count) if 1 <= tick <= count]
    plot.set_xticks(ticks, [str(tick) for tick in ticks])
