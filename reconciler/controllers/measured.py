"""Measured: figures that a job told, as far as they can be believed, and bounds that they are held against.

What a job tells is taken for what anybody may have written: a figure that isn't one, contradicts itself, or is of fewer
requests or less sure than it was asked for, is missing, and a gate without its figure has failed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.controllers.gates import GateResult, excess
from reconciler.model.markdown import figure


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with the ends of its interval, and of how many rows or requests it is."""

    value: float
    low: float | None
    high: float | None
    count: int

    @property
    def between(self) -> str:
        """Return the ends of the interval, as a table tells them."""
        return " to ".join("unknown" if end is None else figure(float(end)) for end in (self.low, self.high))


def one_sided(confidence: float) -> str:
    """Say what the ends of an interval are, so that nobody takes them for those of a two-sided one beside it."""
    return f"one-sided bounds, each with a confidence of {confidence:g}"


def count_of(told: Mapping[str, Any], name: str) -> int:
    """Return how many of something a job told; 0 where it told no such number."""
    count = told.get(name)
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else 0


class Figures:
    """What a job has measured, as far as it can be believed."""

    def __init__(self, result: Mapping[str, Any], confidence: float) -> None:
        facts = result.get("facts")
        told = facts if isinstance(facts, Mapping) else {}
        figures = told.get("figures")
        is_asked = told.get("confidence") == confidence
        self._told = figures if isinstance(figures, Mapping) and is_asked else {}
        self._confidence = confidence

    def of(self, name: str, fewest: int = 1) -> Measured | None:
        """Return a figure; None where there is none to believe."""
        told = self._told.get(name)
        if not isinstance(told, Mapping):
            return None
        value, low, high, count = (told.get(key) for key in ("value", "low", "high", "count"))
        numbers = [one for one in (low, value, high) if one is not None]
        if value is None or not all(map(is_number, numbers)) or numbers != sorted(numbers):
            return None
        if not isinstance(count, int) or isinstance(count, bool) or count < fewest:
            return None
        return Measured(float(value), low, high, count)

    def at_most(
        self, name: str, what: str, most: float, scale: float = 1.0, *, fewest: int = 1, unit: str = "requests"
    ) -> GateResult:
        """Hold the upper end of a figure against a bound."""
        known = self.of(name, fewest)
        end = known.high if known else None
        passed = end is not None and excess(end - most, end, most) <= 0
        return self._result(what, known, f"at most {most / scale:g}", (end, passed), (scale, unit))

    def at_least(self, name: str, what: str, fewest: float, *, unit: str = "requests") -> GateResult:
        """Hold the lower end of a figure against a bound."""
        known = self.of(name)
        end = known.low if known else None
        passed = end is not None and excess(fewest - end, end, fewest) <= 0
        return self._result(what, known, f"at least {fewest:g}", (end, passed), (1.0, unit))

    def _result(
        self, what: str, known: Measured | None, bound: str, held: tuple[float | None, bool], of: tuple[float, str]
    ) -> GateResult:
        (end, passed), (scale, unit) = held, of
        if known is not None and unit:
            told = "unknown" if end is None else f"{end / scale:.4f}"
            bound += f" with a confidence of {self._confidence:g} (the interval's bound: {told}"
            bound += f", of {known.count} {unit})"
        return GateResult(what, known.value / scale if known else None, bound, passed)


def is_number(value: Any) -> bool:
    """Tell whether something is a finite number that isn't negative."""
    return is_finite(value) and value >= 0


def is_finite(value: Any) -> bool:
    """Tell whether something is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
