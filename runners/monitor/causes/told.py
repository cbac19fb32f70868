"""A cause as a report tells it, and what the status keeps of it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Kind = Literal["column", "outcomes", "rows", "segment", "service"]
Action = Literal["fix", "retrain", "look", "nothing"]


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


Figure = Annotated[float | None, BeforeValidator(_rounded)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class OriginPart(_Part):
    """The version of the data from which on a column is distributed otherwise, and the one before it.

    `distance` is from the version that the model was trained on. `commit` is the one whose spec asked for it.
    """

    version: str
    content: str = ""
    made: str = ""
    commit: str = ""
    before: str = ""
    distance: Figure = None
    missing: Figure = None


class CausePart(_Part):
    """Why a report alerts, or what moved without harm.

    `columns` moved in the same rows; `part` is the category or range that carries it, with its share of the rows before
    and now. `cost` is by how much `metric` is worse for it, with an interval, and `share` that as a part of the
    estimated drop; None where it can't be told, which `why` says. `origin_gap` says why no version is named.
    """

    kind: Kind
    what: str
    action: Action
    fix: str
    columns: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    part: str = ""
    was: Figure = None
    now: Figure = None
    metric: str = ""
    cost: Figure = None
    low: Figure = None
    high: Figure = None
    share: Figure = None
    why: str = ""
    origin: OriginPart | None = None
    origin_gap: str = ""

    @property
    def is_harmful(self) -> bool:
        """Tell whether it is a cause of alerts, and not only information."""
        return self.action != "nothing"

    @property
    def price(self) -> str:
        """Say what it costs, in words; empty where that can't be told."""
        if self.cost is None or self.low is None or self.high is None:
            return ""
        if self.low <= 0 <= self.high:
            return f"what it costs in {self.metric} is below noise ({self.low:.2g} to {self.high:.2g})"
        share = f", {self.share:.0%} of the estimated drop" if self.share is not None else ""
        return f"costs {self.cost:.2g} of {self.metric} ({self.low:.2g} to {self.high:.2g}){share}"

    @property
    def since(self) -> str:
        """Say in which version of the data it began, in words, or why none is named."""
        if self.origin is None:
            return self.origin_gap
        made = f", made at {self.origin.made}" if self.origin.made else ""
        return f"the data has it since {self.origin.version}{made}"

    def sentence(self) -> str:
        """Tell it in one sentence, for a status and a notice."""
        return "; ".join(filter(None, (self.what, self.price, self.since)))
