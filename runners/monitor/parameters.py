"""What a `monitor` job is told: the window, and the twin of a monitor's spec, which a runner doesn't know."""

from datetime import UTC, datetime

from pydantic import Field

from runners.ingest.parameters import Block, Source


class Thresholds(Block):
    """What counts as an alert. A figure without a threshold is reported and never alerts."""

    drifted_columns: int | None = None
    jensen_shannon: float = 0.1
    multivariate: bool = True
    estimated_drop: float | None = None
    realized_drop: float | None = None
    outlier_share: float | None = None
    missing_share: float | None = None
    unseen_share: float | None = None
    error_rate: float | None = None
    p99_ms: float | None = None


class Outcomes(Source):
    """Where the true outcomes arrive. `classes` says for which class of the model each of their values stands."""

    classes: dict[str, str | int | float | bool] | None = None


class Window(Block):
    """The time that is looked at, from `start` up to and without `end`; open where one isn't given."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the window."""
        after = self.start is None or moment >= _in_utc(self.start)
        return after and (self.end is None or moment < _in_utc(self.end))


class Parameters(Block):
    """The parameters of one report.

    `chunk` is the number of rows whose figures are one point in time. `trial` names the model that serves: predictions
    of others are left out.
    """

    chunk: int = Field(default=1000, ge=1)
    minimum_rows: int = Field(default=500, ge=1)
    metric: str = "roc_auc"
    columns: tuple[str, ...] | None = None
    outcomes: Outcomes | None = None
    thresholds: Thresholds = Thresholds()
    window: Window = Window()
    trial: str | None = None


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
