"""The worst segments beside each other: the metric on their test rows, estimated, and realised, with intervals."""

from runners.monitor.plots.canvas import BEFORE, KNOWN, NOW, Figure, Plot, grid_of, titled
from runners.monitor.report import Report
from runners.monitor.segments.told import SegmentPart

MOST = 12
_LETTERS = 22


def segments(report: Report) -> Figure | None:
    """Draw the segments that could be judged, the worst first; None where there are none with a metric."""
    told = report.segments.found if report.segments else ()
    shown = [one for one in told if one.is_judged and one.reference is not None][:MOST]
    if not shown or report.segments is None:
        return None
    figure, (plot,) = grid_of(1, height=2.6)
    for at, one in enumerate(shown, 1):
        _drawn(plot, at, one)
    step = max(1, len(shown) // 4)
    plot.ticks = [(float(at), _short(one.name)) for at, one in enumerate(shown, 1) if (at - 1) % step == 0]
    titled(plot, f"{report.segments.metric} by segment, the worst first", is_beyond=bool(shown[0].alerts))
    return figure


def _drawn(plot: Plot, at: int, one: SegmentPart) -> None:
    if one.reference is not None:
        plot.dots([at - 0.15], [one.reference], BEFORE, "test rows", width=6)
    sides = (
        (0.0, NOW, "estimated", (one.estimated, one.estimated_low, one.estimated_high)),
        (0.15, KNOWN, "realised", (one.realized, one.realized_low, one.realized_high)),
    )
    for beside, colour, label, (value, low, high) in sides:
        if value is not None and low is not None and high is not None:
            plot.line([at + beside] * 2, [low, high], colour)
            plot.dots([at + beside], [value], colour, label, width=5)


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
