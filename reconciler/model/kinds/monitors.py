"""`monitors`: logged predictions held against the training reference, on a schedule."""

from collections.abc import Collection
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.sources import Source
from reconciler.model.kinds.spec import Block, Cron, JobSpec, reference
from reconciler.model.quantity import Duration, parse_duration


class Thresholds(Block):
    """What counts as an alert. A figure left unset is reported and never alerts."""

    drifted_columns: int | None = Field(default=3, ge=1, description="Columns that drift: so many or more.")
    jensen_shannon: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="A column drifts where all its rows, or those of the three newest chunks, are farther from the "
        "reference than this, and than chance explains.",
    )
    distance: float | None = Field(
        default=0.6,
        ge=0.5,
        le=1,
        description="ROC AUC of a classifier that tells the window's rows from the reference's, where chance doesn't "
        "explain it: 0.5 is not at all.",
    )
    false_alarms: float = Field(
        default=0.01,
        gt=0,
        lt=1,
        description="Share of reports that may alert though nothing drifts. All figures that are compared with the "
        "reference share it, so none alerts within what chance explains.",
    )
    estimated_drop: float | None = Field(
        default=0.03, ge=0, description="Drop of the estimated metric (CBPE); of an error (DLE), its growth as a share."
    )
    realized_drop: float | None = Field(
        default=0.03, ge=0, description="Drop of the realised metric; of an error, its growth as a share."
    )
    risk_rise: float | None = Field(
        default=0.03,
        ge=0,
        le=1,
        description="Rise of the realised risk above that of the test rows which is tolerated. Risk is the share of "
        "wrong answers, or of numbers the mean error as a share of the distance between the 5 % and the 95 % quantile "
        "of the test's outcomes. Of all reports on a model together, a share of `false_alarms` alerts without harm.",
    )
    outlier_share: float | None = Field(
        default=None, ge=0, le=1, description="Rows stranger than 99 % of the reference: 0.01 is usual."
    )
    missing_share: float | None = Field(
        default=0.05, ge=0, le=1, description="Missing values of a column, above the share in the reference."
    )
    unseen_share: float | None = Field(
        default=0.05, ge=0, le=1, description="Rows with a category that the reference doesn't hold."
    )
    error_rate: float | None = Field(default=0.01, ge=0, le=1, description="Answers with a status of 500 and more.")
    p99_ms: float | None = Field(default=None, gt=0, description="99th percentile of the time to answer.")
    multivariate: bool | None = Field(
        default=None,
        exclude=True,
        json_schema_extra={"deprecated": True},
        description="Said by older specs and read as nothing: the reconstruction error is told and never alerts; "
        "`distance` takes its place.",
    )


class Alert(Block):
    """What an alert does, and how often at most."""

    action: Literal["report", "retrain", "rollback"] = Field(default="report", description="What follows an alert.")
    at_most: int = Field(default=1, ge=1, le=1000, description="How often at most within the span.")
    within: Duration = Field(default_factory=lambda: parse_duration("7d"), description="The span.")


Crossed = Annotated[tuple[str, ...], Field(min_length=2, max_length=3)]


class Segments(Block):
    """Rows that are looked at by themselves. All of them have half of `thresholds.false_alarms` together."""

    columns: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="Columns of the model's: each category of one is a segment, and each range of a number.",
    )
    crossed: tuple[Crossed, ...] = Field(
        default=(),
        max_length=10,
        description="Combinations of two or three columns that are segments, too.",
        examples=[[["SEX", "NATIVITY"]]],
    )
    bins: int = Field(
        default=4, ge=2, le=20, description="Into how many ranges, of as many test rows, numbers are cut."
    )
    most: int = Field(
        default=10,
        ge=1,
        le=50,
        description="Categories of a column, or combinations, that are told apart: those with the most test rows. "
        "All others are one segment. A report looks at 200 segments at the most.",
    )
    minimum_rows: int = Field(
        default=100,
        ge=30,
        description="Rows of a segment, of the window and of the test rows, below which it is told to have too few.",
    )
    sensitive: tuple[str, ...] = Field(
        default=(),
        max_length=20,
        description="Sensitive columns that may make segments; one that isn't named here never does. Their categories "
        "are told by their places.",
    )

    @model_validator(mode="after")
    def _has_columns(self) -> Self:
        if not self.names:
            raise ValueError("name `columns`, or combinations in `crossed`")
        if strangers := sorted(set(self.sensitive) - set(self.names)):
            raise ValueError(f"`sensitive` names {strangers[0]}, which makes no segments: name it in `columns` too")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return all columns that make segments, each once."""
        return tuple(dict.fromkeys([*self.columns, *(name for names in self.crossed for name in names)]))

    def unnamed(self, sensitive: Collection[str]) -> list[str]:
        """Return which columns make no segments, as they are sensitive and aren't said to make some."""
        return [name for name in self.names if name in sensitive and name not in self.sensitive]


class Outcomes(Source):
    """Where the true outcomes arrive, by the identifier of their row. They are read as the dataset was."""

    classes: dict[str, str | int | float | bool] | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="For which class of the model each of their values stands, where they are spelled otherwise.",
        examples=[{"0": "no", "1": "yes"}],
    )
    lookback: Duration = Field(
        default_factory=lambda: parse_duration("7d"),
        description="How long after a prediction its outcome may arrive: realised performance is told of all rows "
        "within this span, and former windows are told anew as their outcomes arrive.",
    )


class Monitor(JobSpec):
    """Reports on a deployment: drift, outliers, estimated and realised performance, service figures."""

    kind: ClassVar[str] = "monitors"

    deployment: reference("deployments") = Field(description="The endpoint that is watched.")  # type: ignore[valid-type]
    test_rows: reference("deployments") | None = Field(  # type: ignore[valid-type]
        default=None,
        examples=["deployments/example"],
        json_schema_extra={"x-reference": "deployments"},
        description="Of an endpoint that combines several models, the one of their deployments whose model's test rows "
        "its answers are held against.",
    )
    schedule: Cron = Field(default="0 * * * *", description="When to report: cron, in UTC.")
    minimum_rows: int = Field(
        default=500,
        ge=1,
        description="Fewer logged rows than this, and it waits: the window goes on until there are enough.",
    )
    chunk: int = Field(default=1000, ge=50, description="Rows a chunk; fewer where that would leave too few chunks.")
    outcomes: Outcomes | None = Field(default=None, description="Where the true outcomes arrive.")
    metric: str = Field(default="roc_auc", description="The metric that is estimated and realised.")
    columns: tuple[str, ...] | None = Field(default=None, description="Columns to watch; unset, all features.")
    segments: Segments | None = Field(
        default=None, description="Rows that are looked at by themselves; unset, all rows together alone."
    )
    alert: Alert = Field(default=Alert(), description="What an alert does.")
    thresholds: Thresholds = Field(default=Thresholds(), description="What counts as an alert.")
    keep: int | None = Field(
        default=None, ge=1, le=10_000, description="Reports to keep and show; unset, all are kept and 30 shown."
    )

    @cached_property
    def monitor_params(self) -> dict[str, Any]:
        """Return the parameters of the `monitor` runner."""
        fields = {"chunk", "outcomes", "metric", "columns", "thresholds", "segments", "minimum_rows"}
        params = self.model_dump(mode="json", include=fields, exclude_none=True)
        if self.outcomes:
            params["outcomes"]["lookback"] = self.outcomes.lookback.total_seconds()
        return params
