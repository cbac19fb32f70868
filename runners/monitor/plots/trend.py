"""The figures of former reports beside this one's."""

import numpy as np

from runners.monitor.plots.canvas import ALERT, BEFORE, KNOWN, NOW, Figure, grid_of, titled
from runners.monitor.plots.chunks import numbered
from runners.monitor.report import Report

_SHOWN = 20


def trend(report: Report) -> Figure | None:
    """Draw the performance and the number of drifted columns of the newest reports; None before there are two."""
    history = [one for one in report.history[-_SHOWN:] if one.verdict != "not_enough_data"]
    if len(history) < 2:
        return None
    figure, (left, right) = grid_of(2, height=2.2, most_across=2)
    at = np.arange(1, len(history) + 1)
    for name, colour in (("reference", BEFORE), ("estimated", NOW), ("realized", KNOWN)):
        values = np.array([np.nan if (told := getattr(one, name)) is None else told for one in history], dtype=float)
        left.line(at, values, colour, "realised" if name == "realized" else name)
        if name != "reference":
            left.dots(at, values, colour)
    colours = [ALERT if one.verdict == "alert" else BEFORE for one in history]
    right.bars(at, [one.drifted for one in history], colours, width=0.6)
    right.lowest, right.is_whole = 0.0, True
    left.ticks = right.ticks = numbered(len(history))
    titled(left, f"{history[-1].metric or 'performance'} by report")
    titled(right, "Drifted columns by report (red: alert)")
    return figure
