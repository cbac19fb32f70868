"""The look of all pictures: a figure without frames, quiet grids, and few colours that keep their meaning."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from runners.drawing import without_formulas

INK, QUIET, BEFORE, NOW, ALERT, KNOWN = "#7b838d", "#8a919b55", "#969da6", "#4a8ff0", "#e5534b", "#e09a2b"
"""Text, grid; the reference, the window, what is beyond a limit, what is known from outcomes."""
WIDTH, DPI, SMALL, NORMAL = 9.2, 120, 8.0, 9.5

__all__ = ["ALERT", "BEFORE", "INK", "KNOWN", "NOW", "QUIET", "SMALL", "WIDTH", "Axes", "Figure"]


def grid_of(count: int, *, height: float, most_across: int = 3) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many plots, at most `most_across` beside each other, each `height` inches high."""
    across = min(count, most_across)
    down = -(-count // across)
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08, wspace=0.04, hspace=0.06)
    figure = Figure(figsize=(WIDTH, height * down), layout=layout)
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(down, across, at + 1) for at in range(count)]
    for plot in axes:
        _calm(plot)
    return figure, axes


def titled(plot: Axes, title: str, *, is_beyond: bool = False) -> None:
    """Write a plot's title, marked where it is beyond its limits."""
    plot.set_title(title, loc="left", fontsize=NORMAL, color=ALERT if is_beyond else INK, fontweight="bold", pad=6)


def keyed(figure: Figure, *plots: Axes) -> None:
    """Write the key of the plots' colours once, above the figure."""
    key: dict[str, Any] = {}
    for plot in plots:
        handles, names = plot.get_legend_handles_labels()
        key |= dict(zip(names, handles, strict=True))
    figure.legend(
        list(key.values()),
        list(key),
        loc="outside upper right",
        ncols=len(key),
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
    )


def save(figure: Any, path: Path) -> None:
    """Write a figure; the same figure gives the same bytes."""
    without_formulas(figure)
    figure.savefig(path, dpi=DPI, transparent=True, metadata={"Software": None})


def _calm(plot: Axes) -> None:
    for side in ("top", "right", "left"):
        plot.spines[side].set_visible(False)
    plot.spines["bottom"].set_color(QUIET)
    plot.tick_params(colors=INK, labelsize=SMALL, length=0)
    plot.grid(axis="y", color=QUIET, linewidth=0.6)
    plot.set_axisbelow(True)
