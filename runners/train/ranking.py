"""Ranking: how good a model is on the validation rows. Trials are ranked by these figures, and by no others.

The best of many is partly the luckiest: on the rows on which it was chosen its figures flatter it (Cawley & Talbot,
2010, https://jmlr.org/papers/v11/cawley10a.html). So what is said of a model (`findings`) is told of other rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from runners.contract import Violation
from runners.evaluate.metrics import measure
from runners.evaluate.predictions import answers_of
from runners.evaluate.resampling import Interval, intervals
from runners.evaluate.slices import Slices, slice_metrics, slicings_of
from runners.models import Model
from runners.train.acceptance import ask
from runners.train.examples import Examples
from runners.train.findings import main_metric
from runners.train.trial import Trial


@dataclass(frozen=True, slots=True)
class Ranking:
    """Metrics over all validation rows, the interval of the one that ranks, and metrics by slice."""

    rows: int
    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval]
    slices: Slices

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "rows": self.rows,
            "metrics": {name: value for name, value in self.metrics.items() if np.isfinite(value)},
            "interval": {name: interval.as_dict() for name, interval in self.intervals.items()},
            "slices": self.slices,
        }


def rank(trial: Trial, model: Model, rows: Examples, reported: Mapping[str, float] | None) -> Ranking:
    """Measure a model's answers to the validation rows; what the user's code reports of itself ranks as it says.

    Raises:
        InputError: the model can't answer them.
    """
    told = trial.told
    answers = answers_of(told.task, rows.truth, ask(model, rows), rows.classes)
    measured = measure(answers)
    own = {name: value for name, value in (reported or {}).items() if name not in measured}
    known = (
        intervals([main_metric(answers, told.metric.name)], answers, trial.seed) if told.metric.name not in own else {}
    )
    slicings = slicings_of({column: rows.columns[column] for column in told.slices})
    return Ranking(len(rows), {**measured, **own}, known, slice_metrics(answers, slicings))


def unranked(ranking: Ranking, metric: str) -> tuple[Violation, ...]:
    """Say that a trial can't be ranked, where its metric is no number on the validation rows."""
    value = ranking.metrics.get(metric)
    if value is None or np.isfinite(value):
        return ()
    what = f"on the {ranking.rows:,} validation rows the metric {metric} is {value}, which is no finite number"
    fix = "look at the training: it may have diverged, or the validation rows may be too few (split.validation)"
    return (Violation(where=metric, what=what, fix=fix),)
