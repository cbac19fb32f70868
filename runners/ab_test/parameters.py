"""What an `ab-test` job is told: what was stated of the test, and what the look before this one kept."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from runners.monitor.parameters import Outcomes
from runners.parameters import Block
from runners.sequential.arms import Arms, Design
from runners.sequential.confidence import Confidence

Pair = tuple[int, int]


class Sums(Block):
    """What a confidence sequence keeps."""

    rows: int = Field(ge=0)
    total: float
    squares: float
    weight: float
    weighted: float
    penalty: float
    low: float
    high: float


class State(Block):
    """What is known after a look, of the live revision and of the challenger.

    `until` is the moment before which all units were counted. `assigned` are all of them, `units` those that told
    something, `totals` the sums of that.
    """

    until: datetime
    assigned: Pair = (0, 0)
    units: Pair = (0, 0)
    totals: tuple[float, float] = (0.0, 0.0)
    sums: Sums | None = None

    def arms(self) -> Arms:
        """Return it as the test keeps it."""
        known = Confidence(**self.sums.model_dump()) if self.sums else Confidence()
        return Arms(self.units, self.totals, known)

    @classmethod
    def of(cls, arms: Arms, until: datetime, assigned: Pair) -> Self:
        """Return what is kept of a test."""
        names = Sums.model_fields
        sums = Sums(**{name: getattr(arms.difference, name) for name in names})
        return cls(until=until, assigned=assigned, units=arms.units, totals=arms.totals, sums=sums)


class ABTestParams(Block):
    """The parameters of one look.

    `live` and `challenger` name the revisions. Units count whose requests came from `start` on, once they are as old as
    `maturity` at the `end`. `keyed` says that requests with the same key are one unit.
    """

    live: str
    challenger: str
    share: float = Field(gt=0, lt=1)
    keyed: bool = False
    metric: Literal["accuracy", "error", "outcome", "error_rate", "latency"]
    effect: float = Field(gt=0, lt=1)
    alpha: float = Field(gt=0, lt=1)
    most: int = Field(ge=1)
    scale: float | None = None
    slower_than: float | None = None
    """Seconds."""
    success: str | int | float | bool | None = None
    start: datetime
    end: datetime
    maturity: timedelta
    outcomes: Outcomes | None = None
    former: State | None = None

    @property
    def design(self) -> Design:
        """Return what was stated before the first unit."""
        return Design(self.share, self.effect, self.alpha, self.most)

    @property
    def until(self) -> datetime:
        """Return the moment before which units are old enough."""
        return max(self.start, self.end - self.maturity)

    @property
    def since(self) -> datetime:
        """Return the moment before which units were counted by the looks before."""
        return max(self.start, self.former.until) if self.former else self.start

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        needed = {"error": "scale", "latency": "slower_than", "outcome": "success"}.get(self.metric)
        if needed and getattr(self, needed) is None:
            raise ValueError(f"the metric {self.metric} needs {needed}")
        return self
