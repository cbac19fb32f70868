"""Gates on recent requests: the candidate answers again what the live model was asked."""

import math
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from reconciler.model.kinds.spec import Block
from reconciler.model.quantity import Duration, parse_duration


class Replay(Block):
    """Logged requests that the candidate answers again, by a job, before any traffic gets to it.

    Its answers are held against those that clients got from the live model. Without a bound they are evidence alone.
    Gates with `rows: recent` hold metrics on these rows, where the monitors of the deployment know their outcomes.
    """

    window: Duration = Field(
        default_factory=lambda: parse_duration("7d"), description="How far back the requests go that are looked at."
    )
    rows: int = Field(default=10_000, ge=1, le=100_000, description="How many rows are drawn of them at most.")
    maximum_differing: float | None = Field(
        default=None, ge=0, le=1, description="The largest share of answers that may differ from the live model's."
    )
    maximum_refused: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The largest share of rows that it may refuse though the live model took them. 0 allows none.",
    )
    tolerance: float = Field(
        default=0.0, ge=0, description="How far a number may be from the live model's before it differs."
    )
    minimum_rows: int = Field(
        default=100,
        ge=2,
        le=100_000,
        description="With fewer rows nothing is judged; with fewer outcomes no metric of recent rows is.",
    )
    too_few: Literal["block", "pass"] = Field(
        default="block",
        description="What gates do then: nothing is proposed until there are as many, or they let it pass, and the "
        "proposal says that they weren't held.",
    )
    every: Duration = Field(
        default_factory=lambda: parse_duration("1h"), description="After how long it looks again where it waits."
    )
    confidence: float = Field(
        default=0.95, ge=0.5, le=0.999, description="How sure a bound has to be: the interval's end passes."
    )

    @property
    def is_bounded(self) -> bool:
        """Tell whether something of it decides."""
        return self.maximum_differing is not None or self.maximum_refused is not None

    @model_validator(mode="after")
    def _can_be_shown(self) -> Self:
        if self.minimum_rows > self.rows:
            raise ValueError(f"minimum_rows is {self.minimum_rows}, and only {self.rows} are drawn: draw more rows")
        if self.window <= timedelta(0) or self.every < timedelta(minutes=1):
            raise ValueError("give a window that isn't empty, and look again after a minute at the earliest")
        for name in ("maximum_differing", "maximum_refused"):
            most = getattr(self, name)
            if most is not None and (0 < most < 1 or (most == 0 and name == "maximum_differing")):
                self._show(name, most)
        return self

    def _show(self, name: str, most: float) -> None:
        """See that so many rows can show that a share is no larger, as sure as it is asked for."""
        if most == 0:
            raise ValueError(f"{name} is 0, which no draw can show: give a share above it")
        fewest = math.ceil(round(math.log(1 - self.confidence) / math.log(1 - most), 6))
        if self.minimum_rows < fewest:
            sure = f"{most:g} with a confidence of {self.confidence:g}"
            raise ValueError(f"minimum_rows is {self.minimum_rows}, and no fewer than {fewest} can show {name} {sure}")
