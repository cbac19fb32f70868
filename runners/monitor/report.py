"""The report, as a document with a type: every field is always there, and None or empty where there is nothing to tell.

`report.json` is this document, the pages and the pictures are made of it, and the next report reads its history. So no
page can ask for a field that a report happens not to have.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from runners.monitor.causes.told import CausePart
from runners.monitor.content import ImagePart, TextPart
from runners.monitor.figures import Figure, Part
from runners.monitor.kept import RiskPart
from runners.monitor.parameters import Thresholds
from runners.monitor.segments.told import FormerSegments, SegmentsPart
from runners.monitor.tracking import TrackPart

FORMAT = 1
"""Raised when a reader of former reports would misread a newer one."""

Verdict = Literal["ok", "alert", "partly_watched", "not_enough_data"]
Severity = Literal["warning", "critical"]


class Span(Part):
    """The time that is looked at, in ISO 8601; open where one isn't given."""

    start: str | None = None
    end: str | None = None


class Rows(Part):
    """What was read: of the log, of what was left out and why, and of the reference."""

    logged: int = 0
    events: int = 0
    broken: int = 0
    duplicates: int = 0
    outside: int = 0
    failed: int = 0
    other_models: int = 0
    thinned: int = 0
    reference: int = 0
    reference_used: int = 0
    held_out: int = 0


class AlertPart(Part):
    """A figure beyond its threshold, and what a person can do about it."""

    what: str
    value: float
    threshold: float
    where: str
    severity: Severity
    fix: str


class Chunks(Part):
    """How the window was cut: the usual rows of a chunk, and those of each."""

    size: int
    rows: tuple[int, ...]


class SeriesPart(Part):
    """A figure over chunks, of the window and of the reference, with its limits."""

    now: tuple[Figure, ...] = ()
    errors: tuple[Figure, ...] = ()
    reference: tuple[Figure, ...] = ()
    mean: Figure = None
    lower: Figure = None
    upper: Figure = None
    chunks_beyond: int = 0


class ColumnPart(Part):
    """A column: its distance from the reference and the limit, its quality, and how its values moved."""

    name: str
    kind: Literal["number", "category"]
    drifted: bool = False
    distance: Figure = None
    limit: Figure = None
    chunks_beyond: int = 0
    missing: Figure = None
    missing_reference: Figure = None
    unseen_share: Figure = None
    unseen: tuple[str, ...] = ()
    excess: Figure = None
    out_of_range: Figure = None
    change: str = ""
    jensen_shannon: SeriesPart | None = None


class PerformancePart(Part):
    """A metric: on the reference, estimated, and realised, with standard errors and drops; and by other estimates."""

    metric: str
    reference: Figure = None
    estimated: Figure = None
    estimated_error: Figure = None
    estimated_drop: Figure = None
    estimated_drop_error: Figure = None
    estimated_chunks: SeriesPart | None = None
    weighted: Figure = None
    weighted_rows: int = 0
    multicalibrated: Figure = None
    realized: Figure = None
    realized_error: Figure = None
    realized_drop: Figure = None
    realized_drop_error: Figure = None
    realized_chunks: SeriesPart | None = None


class FalseAlarms(Part):
    """The share of reports that may alert without any drift, and how many figures of this one share it."""

    rate: float
    figures: int


class WindowPart(Part):
    """A window, this one or a former one: for how many of its rows the outcome is known by now, and what they say."""

    window: Span
    rows: int
    known: int
    realized: Figure = None


class LookbackPart(Part):
    """The rows whose outcomes are looked for: since when, how many there are, and of how many the outcome is known."""

    since: str | None
    rows: int
    known: int


class OutliersPart(Part):
    """The share of rows beyond the limit, and where the strangest stand in the log."""

    share: float
    usual: float
    limit: float
    events: tuple[str, ...] = ()


class ModelTimes(Part):
    """How long the model itself took for an event, in milliseconds."""

    p50_ms: Figure = None
    p95_ms: Figure = None
    p99_ms: Figure = None


class ServicePart(Part):
    """How the endpoint was used since the report before; `counters` are kept to the last digit for the next report."""

    requests: int | None = None
    errors: int | None = None
    since: str | None = Field(default=None, alias="from")
    codes: dict[str, int] = Field(default={})
    error_rate: Figure = None
    rate: Figure = None
    in_flight: Figure = None
    p50_ms: Figure = None
    p95_ms: Figure = None
    p99_ms: Figure = None
    upstreams: int | None = None
    model: ModelTimes | None = None
    counters: dict[str, Any] | None = None
    note: str | None = None


class KeyFigures(Part):
    """What is carried on of a former report; of how many rows the outcome is `known` by now."""

    run: str = ""
    trial: str | None = None
    window: Span = Span()
    verdict: Verdict = "ok"
    rows: int = 0
    known: int = 0
    drifted: int = 0
    alerts: tuple[str, ...] = ()
    distance: Figure = None
    metric: str | None = None
    reference: Figure = None
    estimated: Figure = None
    weighted: Figure = None
    multicalibrated: Figure = None
    realized: Figure = None
    rate: Figure = None
    error_rate: Figure = None
    p99_ms: Figure = None


class Former(Part):
    """What a report needs of the one before it: the counters of the endpoint, the history, and the realised risk."""

    format: int = FORMAT
    service: ServicePart = ServicePart()
    history: tuple[KeyFigures, ...] = ()
    risk: RiskPart | None = None
    segments: FormerSegments | None = None


class Report(Former):
    """What a monitor found out in a window.

    `why` says in a sentence how the verdict came about. `risk_gap` says why nobody looked at the realised risk this
    time, and is empty where somebody did. `unwatched` says what nobody looked at, and why; `notes` how
    the figures were made.
    """

    run: str
    trial: str | None = None
    window: Span = Span()
    verdict: Verdict
    why: str = ""
    rows: Rows = Rows()
    thresholds: Thresholds = Thresholds()
    metric: str = ""
    seed: int = 0
    alerts: tuple[AlertPart, ...] = ()
    causes: tuple[CausePart, ...] = ()
    segments: SegmentsPart | None = None
    chunks: Chunks | None = None
    columns_drifted: tuple[str, ...] = ()
    columns: tuple[ColumnPart, ...] = ()
    reconstruction: SeriesPart | None = None
    performance: tuple[PerformancePart, ...] = ()
    outcomes: int = 0
    lookback: LookbackPart | None = None
    windows: tuple[WindowPart, ...] = ()
    risk_gap: str = ""
    estimator: str | None = None
    track: TrackPart | None = None
    outliers: OutliersPart | None = None
    distance: Figure = None
    texts: tuple[TextPart, ...] = ()
    images: tuple[ImagePart, ...] = ()
    false_alarms: FalseAlarms | None = None
    unwatched: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return self.model_dump(mode="json", by_alias=True)

    def first(self) -> PerformancePart | None:
        """Return the performance by the metric of the spec, or by what stands in for it."""
        return self.performance[0] if self.performance else None


class Pictures(Part):
    """Where each picture of a report is; None for what there was nothing to draw of."""

    performance: str | None = None
    segments: str | None = None
    drift: str | None = None
    distributions: str | None = None
    reconstruction: str | None = None
    trend: str | None = None

    def items(self) -> Mapping[str, str]:
        """Return the pictures that were drawn, by their names."""
        return {name: path for name, path in self if path is not None}
