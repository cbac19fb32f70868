"""Pictures, drawn off screen: PNG files with the same bytes for the same figures."""

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

INK, FILL, FAINT, SIGNAL = "#1f2933", "#3b7ea1", "#9aa5b1", "#c2410c"
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
    figure.savefig(path, format="png", metadata={"Software": None})


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
