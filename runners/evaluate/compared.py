"""Two models that were compared: what each answered on the same rows, and how sure the difference is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from runners.evaluate.judging import Judging
from runners.evaluate.metrics import Metric
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import Interval, Intervals
from runners.evaluate.slices import Slices

Verdict = Literal["better", "worse", "no clear difference"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two models: its answers, metrics and slices."""

    run: str
    answers: Answers
    metrics: Mapping[str, float]
    slices: Slices

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"run": self.run, "metrics": dict(self.metrics), "slices": self.slices}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on the same rows. Without a live model, the intervals are of the candidate's own metrics."""

    rows: int
    main: Metric
    metrics: tuple[Metric, ...]
    candidate: Side
    live: Side | None
    intervals: Intervals
    by_slice: Mapping[str, Mapping[str, Intervals]]
    """Intervals of the main metric by column and value: of the difference, or of the candidate's own."""
    cut: tuple[str, ...] = ()
    """Of which columns not every value is a slice."""
    judging: Judging | None = None
    """On which of the candidate's test rows they were compared; None where no model is live."""

    def verdict(self, metric: Metric, known: Interval) -> Verdict:
        """Say whether a difference is one: its interval doesn't hold zero."""
        if self.live is None or known.low is None or known.high is None or known.low <= 0 <= known.high:
            return "no clear difference"
        return "better" if (known.low > 0) == (metric.goal == "maximize") else "worse"
