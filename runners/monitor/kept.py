"""What a report keeps of realised risk for the next one, checked when it is read: a former report is a file.

All numbers have their whole digits, as the next report goes on from them.
"""

from math import isfinite
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from runners.sequential import Confidence, RiskState
from runners.sequential.betting import SHARES

MOST_ROWS = 2**53
"""Beyond so many, counting rows by doubles is off."""
MOST_NATS = 1e9

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST_ROWS)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class TestRows(_Part):
    """The risk on the test rows, its upper bound, and the probability that it is wrong."""

    __test__ = False  # no test of pytest's

    rows: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    risk: Share
    bound: Share
    error: Annotated[float, Field(gt=0, lt=1)]


def _checked(state: RiskState) -> RiskState:
    """Return a state that a test may have come to.

    Raises:
        ValueError: none can.
    """
    evidence, live = state.evidence, state.live
    if not (0 <= evidence.rows <= MOST_ROWS and evidence.rows == live.rows):
        raise ValueError(f"the evidence is of {evidence.rows} rows, and the risk of {live.rows}")
    if len(evidence.logs) != (len(SHARES) if evidence.rows else 0):
        raise ValueError(f"there are {len(evidence.logs)} ways of betting, and {len(SHARES)} are played")
    if not all(isfinite(log) and abs(log) <= MOST_NATS for log in evidence.logs):
        raise ValueError("a logarithm of the evidence is no number that a test can come to")
    if evidence.crossed is not None and not 1 <= evidence.crossed <= evidence.rows:
        raise ValueError(f"row {evidence.crossed} of {evidence.rows} can't be the one that alarmed")
    _check_sums(live)
    return state


def _check_sums(live: Confidence) -> None:
    within = (live.total, live.squares, live.weight, live.weighted, live.penalty)
    if not all(isfinite(one) and 0.0 <= one <= MOST_ROWS for one in (*within, 1.0 - live.low, live.high)):
        raise ValueError("a sum over losses is none of losses between 0 and 1")
    if live.total > live.rows or live.weighted > live.weight or not (live.low <= 1.0 and live.high >= 0.0):
        raise ValueError("the sums over losses are larger than their rows")
    if live.rows and not live.weight:
        raise ValueError("the rows have no weight")


class RiskPart(_Part):
    """The realised risk of one model over all reports on it so far.

    Rows before `until` are done with: those with an outcome were counted, the others aren't waited for any more.
    `counted` and `waiting` are of this report: rows that it added, and rows whose turn hasn't come.
    `highest` is the most evidence there has been, in nats, of which `needed` alarm.
    """

    trial: str | None = None
    rate: Annotated[float, Field(gt=0, lt=1)]
    tolerance: Annotated[float, Field(ge=0, le=1)]
    test: TestRows
    state: Annotated[RiskState, AfterValidator(_checked)] = RiskState()
    until: AwareDatetime | None = None
    highest: Annotated[float, Field(ge=0, le=MOST_NATS, allow_inf_nan=False)] = 0.0
    needed: Annotated[float, Field(gt=0, le=MOST_NATS, allow_inf_nan=False)]
    counted: Count = 0
    waiting: Count = 0

    @property
    def rows(self) -> int:
        """Return how many rows were counted over all reports."""
        return self.state.live.rows

    @property
    def since(self) -> int | None:
        """Return the row, counted from 1, by which the evidence sufficed."""
        return self.state.evidence.crossed

    @property
    def risk(self) -> float | None:
        """Return the mean loss of all rows that were counted."""
        return self.state.live.mean

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the bounds of the risk; None without rows, and where no single risk explains them."""
        live = self.state.live
        return (live.low, live.high) if live.mean is not None and live.low <= live.mean <= live.high else None

    @property
    def low(self) -> float | None:
        """Return the lower bound of the risk; None without rows, and where the mean has fallen below it since."""
        live = self.state.live
        return live.low if live.mean is not None and live.low <= live.mean else None
