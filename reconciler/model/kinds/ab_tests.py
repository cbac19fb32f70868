"""A/B tests: a new model beside the live one on dealt-out requests, until one of them is surely the better."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration, parse_duration

Metric = Literal["accuracy", "error", "outcome", "error_rate", "latency"]
SERVICE: frozenset[Metric] = frozenset({"error_rate", "latency"})
"""Metrics of the service, which need no outcomes."""
LESS: frozenset[Metric] = frozenset({"error", "error_rate", "latency"})
"""Metrics of which less is better; a look tells how far they are from 1."""
_NEEDS: dict[str, str] = {"error": "scale", "latency": "slower_than_ms", "outcome": "success"}
_SECRET = frozenset({"authorization", "cookie", "x-api-key", "host"})
"""Headers that replicas never see, or that are the same for all."""


class ABTest(Block):
    """A test of a new model against the live one, looked at again and again at a stated rate of errors.

    It ends when the new model is surely better (promoted) or surely not better by `minimum_effect` (taken back), and
    at the latest with `maximum_units` or after `maximum_time`: the live model stays then.
    """

    share: int = Field(default=50, ge=1, le=99, description="Percent of the traffic that the new model gets.")
    key: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$",
        description="The header that tells who asks: the same value always gets to the same model, and counts once, by "
        "its first request. Unset, and for requests without it, each request is dealt out by itself.",
        examples=["X-User-Id"],
    )
    metric: Metric = Field(
        description="What decides. Of outcomes: `accuracy`, the mean `error` of numbers, or the share whose `outcome` "
        "is `success`. Of the service: `error_rate`, or `latency`, the share of answers slower than `slower_than_ms`."
    )
    minimum_effect: float = Field(
        gt=0, lt=1, description="The improvement of the metric that is worth having: 0.02 is two percentage points."
    )
    alpha: float = Field(
        default=0.05,
        gt=0,
        le=0.2,
        description="Share of tests in which a model is promoted that isn't better, and of those in which one is taken "
        "back that is better by `minimum_effect`, however often somebody looks.",
    )
    maximum_units: int = Field(
        default=100_000, ge=100, le=2_000_000, description="Users or requests of both models with which it ends."
    )
    maximum_time: Duration = Field(
        default_factory=lambda: parse_duration("14d"), description="How long it lasts at the most."
    )
    maturity: Duration | None = Field(
        default=None,
        description="How old a request is when it is counted, of both models alike: its outcome counts if it has come "
        "by then. Unset, 1d for metrics of outcomes, and 2m for those of the service.",
    )
    every: Duration = Field(default_factory=lambda: parse_duration("1h"), description="How often it is looked at.")
    scale: float | None = Field(
        default=None, gt=0, description="Of the metric `error`: the error that counts as 1; larger ones count as that."
    )
    slower_than_ms: float | None = Field(
        default=None,
        gt=0,
        description="Of the metric `latency`: from how many milliseconds of the model an answer is slow.",
    )
    success: str | int | float | bool | None = Field(
        default=None, description="Of the metric `outcome`: the outcome that is wanted, as the dataset spells it."
    )

    @property
    def needs_outcomes(self) -> bool:
        """Tell whether outcomes decide."""
        return self.metric not in SERVICE

    @property
    def matures(self) -> timedelta:
        """Return how old a request is when it is counted."""
        usual = timedelta(days=1) if self.needs_outcomes else timedelta(minutes=2)
        return usual if self.maturity is None else self.maturity

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for metric, field in _NEEDS.items():
            if (getattr(self, field) is not None) != (self.metric == metric):
                said = f"say {field}" if self.metric == metric else f"leave out {field}, which is for metric: {metric}"
                raise ValueError(f"metric is {self.metric}: {said}")
        if self.key and (self.key.lower() in _SECRET or self.key.lower().startswith("x-setpoint-")):
            raise ValueError(f"key is {self.key}, which doesn't reach a model: name a header of its own, as X-User-Id")
        if self.every <= timedelta(0) or self.maximum_time <= self.matures + self.every:
            raise ValueError(
                "maximum_time has to be longer than maturity and every together, or nothing is looked at before its end"
            )
        return self
