"""How the values of columns were distributed in the reference, and how they are now."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import PercentFormatter

from runners.monitor.columns import tally
from runners.monitor.plots.canvas import BEFORE, NOW, Axes, Figure, grid_of, keyed, titled
from runners.monitor.plots.chunks import MOST_COLUMNS
from runners.monitor.quality import shares
from runners.monitor.report import ColumnPart, Report
from runners.monitor.tables import Tables

_CATEGORIES, _BINS, _LETTERS = 7, 24, 9


def distributions(report: Report, tables: Tables) -> Figure | None:
    """Draw the drifted columns; where none drifts, the three that are farthest."""
    columns = _chosen(report.columns)
    if not columns:
        return None
    figure, plots = grid_of(len(columns), height=1.85)
    for plot, column in zip(plots, columns, strict=True):
        before, now = tables.reference[column.name].dropna(), tables.now[column.name].dropna()
        (_numbers if column.kind == "number" else _categories)(plot, before, now)
        plot.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        titled(plot, column.name, is_beyond=column.drifted)
    keyed(figure, plots[0])
    return figure


def _chosen(columns: Sequence[ColumnPart]) -> list[ColumnPart]:
    comparable = [column for column in columns if column.jensen_shannon]
    drifted = [column for column in comparable if column.drifted]
    return drifted[:MOST_COLUMNS] or comparable[:3]


def _categories(plot: Axes, before: Any, now: Any) -> None:
    both = shares(tally(before), tally(now), _CATEGORIES)
    at = np.arange(len(both))
    plot.bar(at - 0.2, both["reference"], width=0.38, color=BEFORE, label="reference")
    plot.bar(at + 0.2, both["now"], width=0.38, color=NOW, label="this window")
    plot.set_xticks(at, [_short(str(name)) for name in both.index])


def _numbers(plot: Axes, before: Any, now: Any) -> None:
    low, high = min(before.min(), now.min()), max(before.max(), now.max())
    edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
    for values, colour, name in ((before, BEFORE, "reference"), (now, NOW, "this window")):
        heights = np.histogram(values, edges)[0] / len(values)
        plot.stairs(heights, edges, fill=True, color=colour, alpha=0.35, linewidth=0)
        plot.stairs(heights, edges, color=colour, linewidth=1.4, label=name)


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"
