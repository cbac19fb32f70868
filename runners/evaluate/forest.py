"""A forest plot: a figure with its interval for all rows and for every slice, one below the other."""

from pathlib import Path

from runners.drawing import BLUE, GREEN, INK, RED
from runners.evaluate.compared import Comparison
from runners.evaluate.drawing import SMALL, label, picture
from runners.evaluate.resampling import Interval

MOST = 24
LONGEST = 28
COLOURS = {"better": GREEN, "worse": RED, "no clear difference": BLUE}


def draw_forest(comparison: Comparison, path: Path) -> None:
    """Draw the difference of the main metric; without a live model, the candidate's own figures."""
    name, lines = comparison.main.name, lines_of(comparison)
    title = f"{name}: candidate" + (" minus live" if comparison.live else "")
    with picture(path, title, 5.6, 1.0 + 0.26 * len(lines)) as axes:
        for place, (_, known) in enumerate(reversed(lines)):
            colour = COLOURS[comparison.verdict(comparison.main, known)]
            if known.low is not None and known.high is not None:
                axes.plot([known.low, known.high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
            axes.plot([known.value], [place], "o", color=colour, markersize=5)
        if comparison.live:
            axes.axvline(0, color=INK, linewidth=0.8, linestyle=":")
        axes.set_yticks(range(len(lines)), [text for text, _ in reversed(lines)], fontsize=SMALL)
        axes.set_ylim(-0.6, len(lines) - 0.4)
        axes.grid(visible=False, axis="y")
        label(axes, "difference, with its 95 % interval" if comparison.live else f"{name}, with its 95 % interval", "")


def lines_of(comparison: Comparison) -> list[tuple[str, Interval]]:
    """Return what is drawn, from top to bottom."""
    name = comparison.main.name
    lines = [("all rows", comparison.intervals[name])]
    for column, values in comparison.by_slice.items():
        lines += [(_short(f"{column} = {value}"), known[name]) for value, known in values.items()]
    return lines[:MOST]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
