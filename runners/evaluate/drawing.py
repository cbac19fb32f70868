"""Drawing: small pictures that read well on white paper and on a dark screen: a clear ground, inks of middle grey.

Nothing of matplotlib's state is touched (no pyplot), and equal figures give equal files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from runners.drawing import AMBER, BLUE, GREEN, INK, RED, without_formulas

FAINT = f"{INK}55"
CYCLE = (BLUE, AMBER, GREEN, RED, "#8b5cf6", "#0ea5b7", "#d6409f", "#84901c", "#a8714f", INK)
"""Colours of series, all of middle lightness."""
DPI = 120
SMALL, USUAL = 8, 9


@contextmanager
def picture(path: Path, title: str, width: float = 4.4, height: float = 3.3) -> Iterator[Any]:
    """Give axes to draw on, and write them to a PNG file.

    Args:
        path: the file; its folder is made.
        title: what the picture says.
        width: inches, of 120 pixels.
        height: inches.
    """
    figure = Figure(figsize=(width, height), dpi=DPI, layout=ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08))
    axes = figure.add_subplot()
    _plain(axes)
    axes.set_title(title, loc="left", fontsize=USUAL + 1, color=INK, fontweight="bold")
    yield axes
    _legend(axes)
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    without_formulas(figure)
    figure.savefig(path, transparent=True, metadata={"Software": None})


def label(axes: Any, x: str, y: str) -> None:
    """Name both axes."""
    axes.set_xlabel(x, fontsize=USUAL, color=INK)
    axes.set_ylabel(y, fontsize=USUAL, color=INK)


def _plain(axes: Any) -> None:
    axes.tick_params(colors=INK, labelsize=SMALL, length=3)
    for side, spine in axes.spines.items():
        spine.set_color(INK)
        spine.set_visible(side in ("left", "bottom"))
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(axes: Any) -> None:
    handles, names = axes.get_legend_handles_labels()
    if len(handles) > 1:
        columns = 1 if len(handles) <= 5 else 2
        axes.legend(handles, names, fontsize=SMALL, labelcolor=INK, frameon=False, handlelength=1.2, ncols=columns)
