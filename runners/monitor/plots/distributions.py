"""How the values of columns were distributed in the reference, and how they are now."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from runners.monitor.columns import tally
from runners.monitor.plots.canvas import BEFORE, NOW, Figure, Plot, grid_of, titled
from runners.monitor.plots.chunks import MOST_COLUMNS
from runners.monitor.quality import shares
from runners.monitor.report import ColumnPart, Report
from runners.monitor.tables import Tables

_CATEGORIES, _BINS, _LETTERS = 6, 24, 11


def distributions(report: Report, tables: Tables) -> Figure | None:
    """Draw the drifted columns; where none drifts, the three that are farthest."""
    columns = _chosen(report.columns)
    if not columns:
        return None
    figure, plots = grid_of(len(columns), height=1.85)
    for plot, column in zip(plots, columns, strict=True):
        before, now = tables.reference[column.name].dropna(), tables.now[column.name].dropna()
        (_numbers if column.kind == "number" else _categories)(plot, before, now)
        plot.is_share, plot.lowest = True, 0.0
        titled(plot, column.name, is_beyond=column.drifted)
    return figure


def _chosen(columns: Sequence[ColumnPart]) -> list[ColumnPart]:
    comparable = [column for column in columns if column.jensen_shannon]
    drifted = [column for column in comparable if column.drifted]
    return drifted[:MOST_COLUMNS] or comparable[:3]


def _categories(plot: Plot, before: Any, now: Any) -> None:
    both = shares(tally(before), tally(now), _CATEGORIES)
    at = np.arange(len(both))
    plot.bars(at - 0.2, both["reference"].tolist(), (BEFORE,), "reference", width=0.38)
    plot.bars(at + 0.2, both["now"].tolist(), (NOW,), "this window", width=0.38)
    plot.ticks = [(float(place), _short(str(name))) for place, name in zip(at, both.index, strict=True)]


def _numbers(plot: Plot, before: Any, now: Any) -> None:
    low, high = min(before.min(), now.min()), max(before.max(), now.max())
    ends = (low, high if high > low else low + 1.0)
    edges = np.linspace(*ends, _BINS + 1)
    for values, colour, name in ((before, BEFORE, "reference"), (now, NOW, "this window")):
        counts = np.histogram(values, _BINS, ends)[0]
        plot.steps(edges, counts / len(values), colour, name)
    plot.ticks = [(float(end), f"{end:.4g}") for end in (edges[0], edges[_BINS // 2], edges[-1])]


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"
