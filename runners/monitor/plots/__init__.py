"""The pictures of a report: small PNGs without a ground, in tones that read on a light page and on a dark one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runners.monitor.plots.canvas import Figure, save
from runners.monitor.plots.chunks import drift, performance, reconstruction
from runners.monitor.plots.distributions import distributions
from runners.monitor.plots.trend import trend
from runners.monitor.tables import Tables

FOLDER = "plots"

_DRAWN: Mapping[str, Callable[[Mapping[str, Any]], Figure | None]] = {
    "performance": performance,
    "drift": drift,
    "reconstruction": reconstruction,
    "trend": trend,
}


def draw(document: Mapping[str, Any], tables: Tables, folder: Path) -> dict[str, str]:
    """Draw what a document tells, and the distributions of its tables; return the pictures' paths by their names."""
    figures = {name: figure(document) for name, figure in _DRAWN.items()}
    figures["distributions"] = distributions(document, tables)
    (folder / FOLDER).mkdir(exist_ok=True)
    paths = {name: f"{FOLDER}/{name}.png" for name, figure in figures.items() if figure}
    for name, path in paths.items():
        save(figures[name], folder / path)
    return paths
