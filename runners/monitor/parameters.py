"""What a `monitor` job is told: the window, and the twin of a monitor's spec, which a runner doesn't know."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field

from runners.parameters import Block
from runners.sources.parameters import Source


class Thresholds(Block):
    """What counts as an alert. A figure without a threshold is reported and never alerts."""

    drifted_columns: int | None = None
    jensen_shannon: float = 0.1
    distance: float | None = None
    false_alarms: float = Field(default=0.01, gt=0, lt=1)
    estimated_drop: float | None = None
    realized_drop: float | None = None
    risk_rise: float | None = Field(default=None, ge=0, le=1)
    outlier_share: float | None = None
    missing_share: float | None = None
    unseen_share: float | None = None
    error_rate: float | None = None
    p99_ms: float | None = None
    multivariate: bool | None = None
    """Told by older daemons, and read as nothing."""


class Outcomes(Source):
    """Where the true outcomes arrive. `classes` says for which class of the model each of their values stands.

    `lookback`, in seconds, is how long after a prediction they are looked for.
    """

    classes: dict[str, str | int | float | bool] | None = None
    lookback: timedelta = timedelta(days=7)


class Segments(Block):
    """Rows that are looked at by themselves: by the categories of columns, or by quantiles of numbers.

    `crossed` are combinations of columns, `most` is how many categories of a column, or combinations, are told apart.
    Of a segment with fewer than `minimum_rows`, in the window or among the test rows, nothing is judged. A column that
    is sensitive makes segments only where `sensitive` names it.
    """

    columns: tuple[str, ...] = ()
    crossed: tuple[tuple[str, ...], ...] = ()
    bins: int = Field(default=4, ge=2, le=20)
    most: int = Field(default=10, ge=1, le=50)
    minimum_rows: int = Field(default=100, ge=1)
    sensitive: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return all columns that make segments, each once."""
        return tuple(dict.fromkeys([*self.columns, *(name for names in self.crossed for name in names)]))


class Window(Block):
    """The time that is looked at, from `start` up to and without `end`; open where one isn't given."""

    start: datetime | None = None
    end: datetime | None = None

    def before(self, span: timedelta) -> "Window | None":
        """Return the time before this window, from a span before its end on; None where there is none."""
        if self.start is None or self.end is None or self.end - span >= self.start:
            return None
        return Window(start=self.end - span, end=self.start)

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the window."""
        after = self.start is None or moment >= _in_utc(self.start)
        return after and (self.end is None or moment < _in_utc(self.end))

    def held(self, moments: Any) -> Any:
        """Tell of many moments whether they lie in the window."""
        ends = (None if end is None else _in_utc(end) for end in (self.start, self.end))
        first, last = ends
        inside = moments.notna()
        inside &= True if first is None else moments >= first
        return inside & (True if last is None else moments < last)


class Parameters(Block):
    """The parameters of one report.

    `chunk` is the number of rows whose figures are one point in time. `trial` names the model that serves: predictions
    of others are left out.
    """

    chunk: int = Field(default=1000, ge=1)
    minimum_rows: int = Field(default=500, ge=1)
    metric: str = "roc_auc"
    columns: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()
    """Columns of which the payload log holds nothing, as the deployment's spec says."""
    outcomes: Outcomes | None = None
    thresholds: Thresholds = Thresholds()
    segments: Segments | None = None
    window: Window = Window()
    trial: str | None = None
    graph: tuple[dict[str, Any], ...] = ()
    """The nodes of a graph of models, by which the reference's rows are answered as the endpoint answers."""
    members: dict[str, str] = Field(default={})
    """The digests of its models by name, whose trials are inputs as `model_<name>`."""

    @property
    def rate(self) -> float:
        """Return the rate of false alarms of all rows together: with segments, these have the other half."""
        return self.thresholds.false_alarms / 2 if self.segments else self.thresholds.false_alarms


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
