"""Findings: how good a model is on the test rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from runners.contract import InputError, Violation
from runners.evaluate.by_label import figures_by_label
from runners.evaluate.metrics import METRICS, Metric, measure
from runners.evaluate.predictions import Answers, answers_of
from runners.evaluate.resampling import Interval, intervals
from runners.evaluate.slice_intervals import SliceIntervals, slice_intervals
from runners.evaluate.slices import Slices, cut_of, slice_metrics, slicings_of
from runners.models import Model, Prediction
from runners.train.examples import Examples
from runners.train.importance import importance_of
from runners.train.nearest import did_you_mean
from runners.train.trial import Trial


@dataclass(frozen=True, slots=True)
class Findings:
    """Metrics over all test rows, the main one's interval, metrics by slice, and what the model relies on."""

    answers: Answers
    metrics: Mapping[str, float]
    intervals: Mapping[str, Interval]
    slices: Slices
    importance: Mapping[str, float]
    reported: Mapping[str, float]
    cut: tuple[str, ...] = ()
    """Of which columns not every value is a slice."""
    labels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """How rightly each of several labels is said."""
    slice_intervals: SliceIntervals = field(default_factory=dict)
    """The main metric's interval on each slice."""

    @property
    def finite(self) -> dict[str, float]:
        """Return the metrics that are numbers."""
        return {name: value for name, value in self.metrics.items() if np.isfinite(value)}


def evaluate(
    trial: Trial, model: Model, test: Examples, prediction: Prediction, reported: Mapping[str, float] | None
) -> Findings:
    """Measure a model's answers to the test rows.

    Raises:
        InputError: the metric that ranks trials is neither one of the task nor reported by the user's code.
    """
    told = trial.told
    answers = answers_of(told.task, test.truth, prediction, test.classes)
    measured = measure(answers)
    own = {name: value for name, value in (reported or {}).items() if name not in measured}
    name = told.metric.name
    if name not in measured and name not in own:
        hint = did_you_mean(name, {*measured, *own})
        raise InputError(f"neither the task {told.task} nor the code reports {name}", "metric.name", hint)
    main = main_metric(answers, name)
    slicings = slicings_of({column: test.columns[column] for column in told.slices})
    return Findings(
        answers,
        {**measured, **own},
        intervals([main], answers, trial.seed),
        slice_metrics(answers, slicings),
        importance_of(model, test, answers, main, trial.seed),
        reported or {},
        cut_of(slicings),
        figures_by_label(answers, test.classes, trial.seed),
        slice_intervals(main, answers, slicings, trial.seed),
    )


def main_metric(answers: Answers, name: str) -> Metric:
    """Return the metric of this name; the task's usual one where the answers don't allow it."""
    possible = [m for m in METRICS[answers.task] if answers.scores is not None or not m.needs_scores]
    return next((metric for metric in possible if metric.name == name), possible[0])


def violations_of(findings: Findings) -> tuple[Violation, ...]:
    """Name the metrics that are no numbers."""
    fix = "look at the training: it may have diverged, or the test rows may lack a class"
    return tuple(
        Violation(where=name, what=f"the metric {name} is {value}, which is no finite number", fix=fix)
        for name, value in findings.metrics.items()
        if not np.isfinite(value)
    )
