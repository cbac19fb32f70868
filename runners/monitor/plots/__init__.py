"""The pictures of a report: small SVGs without a ground, in tones that read on a light page and on a dark one."""

from collections.abc import Callable, Mapping
from pathlib import Path

from runners.monitor.plots.canvas import Figure, save
from runners.monitor.plots.chunks import drift, performance, reconstruction
from runners.monitor.plots.distributions import distributions
from runners.monitor.plots.segments import segments
from runners.monitor.plots.trend import trend
from runners.monitor.report import Pictures, Report
from runners.monitor.tables import Tables

FOLDER = "plots"

_DRAWN: Mapping[str, Callable[[Report], Figure | None]] = {
    "performance": performance,
    "segments": segments,
    "drift": drift,
    "reconstruction": reconstruction,
    "trend": trend,
}


def draw(report: Report, tables: Tables, folder: Path) -> Pictures:
    """Draw what a report tells, and the distributions of its tables; return the pictures' paths."""
    drawn = {name: figure(report) for name, figure in _DRAWN.items()} | {"distributions": distributions(report, tables)}
    figures = {f"{FOLDER}/{name}.svg": figure for name, figure in drawn.items() if figure}
    (folder / FOLDER).mkdir(exist_ok=True)
    for path, figure in figures.items():
        save(figure, folder / path)
    return Pictures(**{Path(path).stem: path for path in figures})
