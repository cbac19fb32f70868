"""The picture of segments: those that were judged, the worst first, whatever they are called."""

from xml.etree import ElementTree

from runners.monitor.plots.segments import MOST, segments
from runners.monitor.segments.told import SegmentPart, SegmentsPart
from tests.unit.runners.monitor.example import document


def test_the_worst_segments_are_drawn_with_their_intervals() -> None:
    known = {"reference": 0.9, "estimated": 0.8, "estimated_low": 0.7, "estimated_high": 0.9}
    found = [SegmentPart(name=f"<b>&\0 {n}", rows=9, alerts=("x",), **known) for n in range(MOST + 5)]
    found.append(SegmentPart(name="few", gap="too few rows", reference=0.9))
    told = SegmentsPart(metric="roc_auc", found=tuple(found))
    figure = segments(document().model_copy(update={"segments": told}))
    assert figure
    ElementTree.fromstring(figure.text())
    (plot,) = figure.plots
    assert sum(mark.label == "test rows" for mark in plot.marks) == MOST
    assert not any(mark.label == "realised" for mark in plot.marks)
    assert plot.is_beyond


def test_nothing_is_drawn_of_no_segments() -> None:
    assert segments(document()) is None
    few = SegmentsPart(found=(SegmentPart(name="few", gap="too few rows", reference=0.9),))
    assert segments(document().model_copy(update={"segments": few})) is None
