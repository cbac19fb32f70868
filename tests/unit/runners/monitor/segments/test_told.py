"""What is told of segments: rounded, finite, and read again by the next report."""

from runners.monitor.report import Former
from runners.monitor.segments.told import FormerSegment, FormerSegments, SegmentPart, SegmentsPart
from tests.unit.runners.monitor.example import RISK


def test_figures_are_rounded_and_finite() -> None:
    part = SegmentPart(name="a", reference=0.123456789, realized=float("nan"), rows=3)
    assert (part.reference, part.realized, part.rows) == (0.123457, None, 3)


def test_a_segment_with_a_gap_isnt_judged() -> None:
    assert SegmentPart(name="a").is_judged
    assert not SegmentPart(name="a", gap="too few rows").is_judged


def test_the_next_report_reads_the_risk_of_each_segment() -> None:
    told = SegmentsPart(found=(SegmentPart(name="a | b", rows=5, risk=RISK), SegmentPart(name="c")))
    former = Former.model_validate_json(Former(segments=told).model_dump_json(serialize_as_any=True))
    assert former.segments == FormerSegments(found=(FormerSegment(name="a | b", risk=RISK), FormerSegment(name="c")))
