"""What a look at an A/B test told, as far as it can be believed, and in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from reconciler.controllers.measured import count_of, is_finite, is_number
from reconciler.model.kinds.ab_tests import LESS, ABTest
from reconciler.model.text import printable

Number = TypeVar("Number", int, float)
VERDICTS = ("promote", "reject", "none", "stop")
LARGEST_STATE = 2000
"""Characters of what one look keeps for the next."""
_NAMES: Mapping[str, str] = {
    "accuracy": "accuracy",
    "error": "mean error (of the scale)",
    "outcome": "share of wanted outcomes",
    "error_rate": "error rate",
    "latency": "share of slow answers",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: how much better the new model is, between which bounds, of how many units of each model."""

    gain: float | None = None
    low: float = -1.0
    high: float = 1.0
    means: tuple[float, float] | None = None
    units: tuple[int, int] = (0, 0)
    assigned: tuple[int, int] = (0, 0)
    waiting: int = 0
    crossed: int = 0
    notes: tuple[str, ...] = ()
    verdict: str = ""
    why: str = ""
    state: Mapping[str, Any] | None = None

    def as_facts(self) -> dict[str, Any]:
        """Return it as the status tells it."""
        told: dict[str, Any] = {
            "gain": self.gain,
            "low": self.low,
            "high": self.high,
            "means": self.means and list(self.means),
        }
        told |= {"units": list(self.units), "assigned": list(self.assigned), "waiting": self.waiting}
        told |= {"crossed": self.crossed, "notes": list(self.notes), "verdict": self.verdict, "why": self.why}
        return told

    def judged(self, verdict: str) -> Self:
        """Return it with a verdict, as far as the figures bear it out; what is sure is known of the bounds alone."""
        is_borne_out = verdict in VERDICTS and (verdict != "promote" or self.low > 0)
        return replace(self, verdict=verdict if is_borne_out else "")

    def words(self, spec: ABTest) -> str:
        """Say what is known by now."""
        whose = "users" if spec.key else "requests"
        if self.means is None or self.gain is None:
            seen, waiting = sum(self.assigned), f"; {self.waiting:,} aren't old enough" if self.waiting else ""
            return f"nothing is known yet of {seen:,} {whose}{waiting}" + self._noted()
        live, own = (1 - mean if spec.metric in LESS else mean for mean in self.means)
        better = (
            f"{'better' if self.gain >= 0 else 'worse'} by {abs(self.gain):.4f} ({self.low:.4f} to {self.high:.4f})"
        )
        counts = f"{self.units[1]:,} and {self.units[0]:,} {whose}"
        return f"{_NAMES[spec.metric]} {own:.4f} against {live:.4f}, {better}, of {counts}"

    def verdict_words(self, spec: ABTest) -> str:
        """Say why it has ended."""
        if self.verdict == "stop":
            return f"its A/B test was stopped: {self.why}"
        said = {
            "promote": "it is better",
            "reject": f"it is not better by {spec.minimum_effect:g}",
            "none": "no difference was found until the end, so the live model stays",
        }[self.verdict]
        why = f" ({self.why})" if self.why else ""
        return f"A/B test: {said}{why}: {self.words(spec)}"

    def _noted(self) -> str:
        return f": {self.notes[0]}" if self.notes else ""


def known_of(told: Mapping[str, Any]) -> Known:
    """Read what a look told, whoever wrote it: what isn't a figure, or contradicts itself, isn't known."""
    low, high, gain = (_within(told.get(name)) for name in ("low", "high", "gain"))
    whole = low is not None and high is not None
    means = _pair(told.get("means"), float)
    state = told.get("state")
    is_small = isinstance(state, Mapping) and len(repr(state)) <= LARGEST_STATE
    notes = told.get("notes")
    known = Known(
        gain=gain if whole else None,
        low=-1.0 if low is None else low,
        high=1.0 if high is None else high,
        means=means if whole else None,
        units=_pair(told.get("units"), int) or (0, 0),
        assigned=_pair(told.get("assigned"), int) or (0, 0),
        waiting=count_of(told, "waiting"),
        crossed=count_of(told, "crossed"),
        notes=tuple(printable(str(one), 300) for one in notes[:3]) if isinstance(notes, list) else (),
        why=printable(str(told.get("why") or ""), 400),
        state=state if is_small else None,
    )
    return known.judged(str(told.get("verdict") or ""))


def _within(told: Any) -> float | None:
    """Return a difference of two shares; None where it is none."""
    return float(told) if is_finite(told) and -1 <= told <= 1 else None


def _pair(told: Any, kind: Callable[[float], Number]) -> tuple[Number, Number] | None:
    """Return two numbers that aren't negative; None where they aren't."""
    if not isinstance(told, list) or len(told) != 2 or not all(is_number(one) for one in told):
        return None
    return kind(told[0]), kind(told[1])
