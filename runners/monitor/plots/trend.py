"""The figures of former reports beside this one's."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from runners.monitor.plots.canvas import ALERT, BEFORE, KNOWN, NOW, Figure, grid_of, keyed, titled
from runners.monitor.report import Report

_SHOWN = 20


def trend(report: Report) -> Figure | None:
    """Draw the performance and the number of drifted columns of the newest reports; None before there are two."""
    history = [one for one in report.history[-_SHOWN:] if one.verdict != "not_enough_data"]
    if len(history) < 2:
        return None
    figure, (left, right) = grid_of(2, height=2.2, most_across=2)
    at = np.arange(1, len(history) + 1)
    for name, colour, mark in (("reference", BEFORE, "--"), ("estimated", NOW, "-o"), ("realized", KNOWN, "o")):
        values = np.array([np.nan if (told := getattr(one, name)) is None else told for one in history], dtype=float)
        label = "realised" if name == "realized" else name
        left.plot(at, values, mark, color=colour, linewidth=1.5, markersize=4, label=label)
    colours = [ALERT if one.verdict == "alert" else BEFORE for one in history]
    right.bar(at, [one.drifted for one in history], color=colours, width=0.6)
    for plot in (left, right):
        plot.xaxis.set_major_locator(MaxNLocator(min(len(history), 8), integer=True))
    right.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    titled(left, f"{history[-1].metric or 'performance'} by report")
    titled(right, "Drifted columns by report (red: alert)")
    keyed(figure, left)
    return figure
