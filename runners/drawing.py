"""Pictures, drawn off screen: PNG files with the same bytes for the same figures.

They read well on white paper and on a dark screen: a clear ground, and inks of middle lightness.
"""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

INK, FAINT = "#7d8590", "#8b949e"
BLUE, AMBER, GREEN, RED = "#3b82f6", "#e08a00", "#1a9f6d", "#e5484d"
FILL, SIGNAL = BLUE, RED
_UNSET = ("black", "k", "#000000")
"""What matplotlib draws in unless it is told otherwise, which nobody sees on a dark screen."""
_DPI = 100


def new_figure(width: float, height: float, *, is_laid_out: bool = True) -> Figure:
    """Return an empty figure of so many inches, which belongs to no window and no global state.

    It finds room for what is drawn in it, unless whoever draws does so.
    """
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained" if is_laid_out else None)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, without the drawing program's name and version in it."""
    without_formulas(figure)
    _lighten(figure)
    figure.savefig(path, format="png", transparent=True, metadata={"Software": None})


def shares_map() -> Any:
    """Return colours for shares from 0 to 1: from the ground, whatever it is, to blue."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("share", [f"{BLUE}00", BLUE])


def _lighten(figure: Figure) -> None:
    """Draw in ink what would be drawn in black: words, frames and ticks."""
    for text in figure.findobj(Text):
        if text.get_color() in _UNSET:
            text.set_color(INK)
    for axes in figure.axes:
        for spine in axes.spines.values():
            if spine.get_edgecolor()[:3] == (0.0, 0.0, 0.0):
                spine.set_edgecolor(INK)
        for line in (*axes.get_xticklines(), *axes.get_yticklines()):
            if line.get_markeredgecolor() in _UNSET:
                line.set_markeredgecolor(INK)


def without_formulas(figure: Figure) -> None:
    """Have every text drawn as it stands: matplotlib takes what is between dollar signs for a formula."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)


def in_order(value: Any) -> tuple[bool, float, str]:
    """Return a key that sorts numbers by size, also those written as text, and before other texts."""
    text = str(value)
    return (False, float(text), "") if text.isdecimal() else (True, 0.0, text)


def clipped(text: str, most: int) -> str:
    """Shorten a text to so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def plain(text: str) -> str:
    """Make a text safe for matplotlib, which can't draw control signs."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
