"""Pictures of a profile, drawn off screen: PNG files that a README shows, with the same bytes for the same figures."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator

from runners.drawing import FAINT, FILL, INK, SIGNAL, clipped, in_order, new_figure, plain, save

PANELS_A_ROW = 5
MOST_PANELS = 30
_WIDE, _HIGH, _MORE = 2.4, 1.75, 0.1
"""Inches of a panel, and of the line below all of them."""
_SIDE, _ABOVE, _BELOW = 0.12, 0.22, 0.55
"""Inches around the drawing of a panel: for its title above, and for names of categories below."""
_ROOM = 0.05
"""Share of a histogram's width and height that is left free around it."""
_BARS = 10
_FEWEST_PLACES = 5
"""Places that bars stand in, so that two of them don't fill a panel."""
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""The seconds from 1970 of the first and the last moment that a calendar knows."""


def draw_columns(columns: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Draw a small panel for each column: a histogram of numbers and times, bars of the most frequent categories."""
    shown = list(columns.items())[:MOST_PANELS]
    rows = -(-max(len(shown), 1) // PANELS_A_ROW)
    width, height = _WIDE * PANELS_A_ROW, _HIGH * rows + _MORE
    figure = new_figure(width, height, is_laid_out=False)
    figure.subplots_adjust(
        *(_SIDE / width, (_BELOW + _MORE) / height, 1 - _SIDE / width, 1 - _ABOVE / height),
        *(2 * _SIDE / (_WIDE - 2 * _SIDE), (_ABOVE + _BELOW) / (_HIGH - _ABOVE - _BELOW)),
    )
    panels = figure.subplots(rows, PANELS_A_ROW, squeeze=False).flatten()
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    for panel, (name, column) in zip(panels, shown, strict=False):
        _draw_column(panel, name, column)
    if len(columns) > len(shown):
        figure.supxlabel(f"and {len(columns) - len(shown)} more columns", fontsize=8, color=FAINT)
    save(figure, path)


def _draw_column(panel: Axes, name: str, column: Mapping[str, Any]) -> None:
    if "histogram" in column:
        draw_histogram(panel, column["histogram"])
    elif column.get("top"):
        draw_bars(panel, column["top"], column["count"])
    else:
        text = "sensitive" if column.get("sensitive") else "no frequent values" if column["count"] else "no values"
        panel.text(0.5, 0.5, text, ha="center", va="center", color=FAINT, fontsize=8, transform=panel.transAxes)
        panel.set_xticks([])
    gaps = f"  {column['missing_share']:.1%} missing" if column["missing"] else ""
    title(panel, clipped(name, 22 - len(gaps) // 2), gaps)


def title(panel: Axes, text: str, warning: str = "") -> None:
    """Write a panel's title on its left, and a warning on its right."""
    panel.set_title(plain(text), loc="left", fontsize=8, color=INK, pad=3)
    panel.set_title(plain(warning), loc="right", fontsize=7, color=SIGNAL, pad=3)
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.tick_params(labelsize=6, length=2, color=FAINT, labelcolor=INK)
    panel.set_yticks([])


def draw_histogram(panel: Axes, histogram: Mapping[str, Any]) -> None:
    """Draw a histogram as it stands in a profile."""
    edges, counts = histogram["edges"], histogram["counts"]
    bars = [
        ((left, 0), (left, count), (right, count), (right, 0))
        for (left, right), count in zip(pairwise(edges), counts, strict=True)
    ]
    panel.add_collection(PolyCollection(bars, facecolor=FILL, edgecolor="none"))  # one for all is swift
    panel.set_xlim(edges[0] - _ROOM * (edges[-1] - edges[0]), edges[-1] + _ROOM * (edges[-1] - edges[0]))
    panel.set_ylim(0, max([1, *counts]) * (1 + _ROOM))
    is_whole = all(edge % 1 in (0, 0.5) for edge in edges)
    panel.xaxis.set_major_locator(MaxNLocator(4, integer=is_whole, min_n_ticks=1))
    if "unit" in histogram:
        ends = (edges[0], edges[-1])
        panel.set_xticks(ends, [_day(end) for end in ends])
    else:
        panel.ticklabel_format(axis="x", style="sci", scilimits=(-3, 5), useOffset=False)
        panel.xaxis.offsetText.set_fontsize(6)


def _day(seconds: float) -> str:
    """Return the day of a moment, the last one where it was rounded beyond the years of four digits."""
    within = min(max(seconds, _FIRST), _LAST)
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=within)).date().isoformat()


def draw_bars(panel: Axes, top: Sequence[Mapping[str, Any]], count: int) -> None:
    """Draw the most frequent values as bars, and the others together as a faint one."""
    bars = sorted(top, key=lambda bar: in_order(bar["value"])) if len(top) <= _BARS else top[:_BARS]
    others = count - sum(bar["count"] for bar in bars)
    names = [plain(clipped(str(bar["value"]), 8)) for bar in bars] + (["others"] if others else [])
    heights = [bar["count"] for bar in bars] + ([others] if others else [])
    colors = [FILL] * len(bars) + ([FAINT] if others else [])
    panel.bar(range(len(names)), heights, color=colors)
    panel.set_xlim(-0.6, max(len(names), _FEWEST_PLACES) - 0.4)
    is_long = max((len(name) for name in names[: len(bars)]), default=0) > 2
    panel.set_xticks(range(len(names)), names, rotation=90 if is_long else 0)
    if names and names[-1] == "others" and not is_long:
        panel.get_xticklabels()[-1].set_rotation(90)
