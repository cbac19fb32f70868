"""Segments as a report tells them, and what of them the next report goes on from."""

from runners.monitor.figures import Figure, Part
from runners.monitor.kept import RiskPart


class FormerSegment(Part):
    """What the next report needs of a segment: its realised risk."""

    name: str
    risk: RiskPart | None = None


class SegmentPart(FormerSegment):
    """A segment: its rows, which columns drift in it, and the metric on its test rows, estimated and realised.

    `gap` says why nothing of it is judged. `farthest` is the column that moved most beyond chance, `nats` the
    logarithm of its e-value. Intervals are of 95 %; a chance is that of as large a drop without any change.
    """

    columns: tuple[str, ...] = ()
    rows: int = 0
    reference_rows: int = 0
    outcomes: int = 0
    gap: str = ""
    drifted: tuple[str, ...] = ()
    farthest: str = ""
    distance: Figure = None
    nats: Figure = None
    reference: Figure = None
    estimated: Figure = None
    estimated_low: Figure = None
    estimated_high: Figure = None
    estimated_drop: Figure = None
    estimated_chance: Figure = None
    realized: Figure = None
    realized_low: Figure = None
    realized_high: Figure = None
    realized_drop: Figure = None
    realized_chance: Figure = None
    alerts: tuple[str, ...] = ()

    @property
    def is_judged(self) -> bool:
        """Tell whether there are enough rows to say anything of it."""
        return not self.gap


class FormerSegments(Part):
    """What the next report needs of all segments."""

    found: tuple[FormerSegment, ...] = ()


class SegmentsPart(FormerSegments):
    """The segments of a report, the worst first.

    `rate` is the share of reports in which any of them alerts without any change; `each` the part of it that one drop
    of a metric has.
    """

    metric: str = ""
    minimum_rows: int = 0
    rate: float = 0.0
    each: float = 0.0
    found: tuple[SegmentPart, ...] = ()
