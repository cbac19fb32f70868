"""Gates on a replica of a model: its size, what it answers, how fast it is alone and under load."""

import math
from typing import Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration, Quantity, parse_duration


class Answers(Block):
    """Test rows that a replica has to answer without an error, each alone and all in batches."""

    minimum: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="The lowest share of them that passes. 1 asks for each; below it the interval's bound decides.",
    )
    rows: int = Field(default=1000, ge=1, le=100_000, description="How many are asked at most.")


class Latency(Block):
    """How long a warm replica may take for a request of one row, asked one after the other."""

    p50: Duration | None = Field(default=None, description="The most for half of the requests.", examples=["5ms"])
    p99: Duration | None = Field(default=None, description="The most for 99 of 100 requests.", examples=["20ms"])
    requests: int = Field(default=1000, ge=20, le=100_000, description="How many are made.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.p50 is None and self.p99 is None:
            raise ValueError("give at least one of p50 and p99")
        return self


class Load(Block):
    """What a replica has to hold while several clients ask it, each again as soon as it is answered."""

    clients: int = Field(default=8, ge=1, le=256, description="How many ask at once.")
    lasts: Duration = Field(default_factory=lambda: parse_duration("10s"), description="For how long: 1s to 10m.")
    rate: float | None = Field(default=None, gt=0, description="The fewest answers a second.")
    p99: Duration | None = Field(default=None, description="The most for 99 of 100 requests.", examples=["50ms"])

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.rate is None and self.p99 is None:
            raise ValueError("give at least one of rate and p99")
        if not 1 <= self.lasts.total_seconds() <= 600:
            raise ValueError("a load lasts from 1s to 10m")
        return self


class Replica(Block):
    """What a replica of the model has to hold, measured by a job in the promotion's pool before it is proposed.

    The job starts the server that endpoints run, on the model as it is, with as many threads as the deployment's
    replicas have. A bound is held by the interval's end, not by the figure alone.
    """

    size: Quantity | None = Field(
        default=None, description="The most bytes of the files that the model is.", examples=["50Mi"]
    )
    answers: Answers | None = Field(default=None, description="What share of its test rows it has to answer.")
    latency: Latency | None = Field(default=None, description="How long it may take for one request after the other.")
    load: Load | None = Field(default=None, description="What it has to hold when several ask at once.")
    confidence: float = Field(
        default=0.95, ge=0.5, le=0.999, description="How sure a bound has to be: the interval's end passes."
    )

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        if self.size is None and self.answers is None and self.latency is None and self.load is None:
            raise ValueError("give at least one of size, answers, latency and load")
        if self.answers is not None and self.answers.minimum < 1:
            self._show("answers.rows", self.answers.rows, self.answers.minimum)
        if self.latency is not None:
            self._show("latency.requests", self.latency.requests, 0.99 if self.latency.p99 is not None else 0.5)
        return self

    def _show(self, what: str, count: int, share: float) -> None:
        """See that so many can show a share, as sure as it is asked for."""
        fewest = math.ceil(round(math.log(1 - self.confidence) / math.log(share), 6))
        if count < fewest:
            sure = f"{share:g} with a confidence of {self.confidence:g}"
            raise ValueError(f"{what} is {count}, and no fewer than {fewest} can show {sure}")
