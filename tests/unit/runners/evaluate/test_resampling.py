"""Intervals: as wide as theory says, the same for the same seed, and narrower for pairs."""

from dataclasses import replace

import numpy as np
import pytest

from runners.evaluate import resampling
from runners.evaluate.metrics import METRICS, metrics_of
from runners.evaluate.predictions import Answers
from runners.evaluate.resampling import differences, intervals
from tests.unit.runners.evaluate.conftest import binary

ACCURACY = next(metric for metric in METRICS["binary"] if metric.name == "accuracy")


def test_an_interval_is_as_wide_as_theory_says() -> None:
    answers = binary(rows=2000)
    known = intervals([ACCURACY], answers, 1, 1000)["accuracy"]
    expected = 1.96 * np.sqrt(known.value * (1 - known.value) / len(answers))
    assert known.low is not None
    assert known.high is not None
    assert known.value - known.low == pytest.approx(expected, rel=0.15)
    assert known.high - known.value == pytest.approx(expected, rel=0.15)


def test_the_same_seed_gives_the_same_interval(answers: Answers) -> None:
    metrics = metrics_of(answers)
    assert intervals(metrics, answers, 3) == intervals(metrics, answers, 3)
    assert intervals(metrics, answers, 3) != intervals(metrics, answers, 4)


def test_how_much_fits_in_memory_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = intervals([ACCURACY], binary(), 3)
    monkeypatch.setattr(resampling, "CELLS", 1000)
    assert intervals([ACCURACY], binary(), 3) == known
    parts = list(resampling._draws(300, 3, 10))
    assert [len(part) for part in parts] == [3, 3, 3, 1]
    assert {float(drawn.sum()) for part in parts for drawn in part} == {300.0}


def test_the_same_model_differs_by_nothing() -> None:
    known = differences([ACCURACY], binary(), binary(), 0)["accuracy"]
    assert known.as_dict() == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_pairs_tell_more_than_two_figures_apart() -> None:
    live = binary(rows=1000)
    better = replace(live, prediction=np.where(np.arange(1000) % 40 == 0, live.truth, live.prediction))
    known = differences([ACCURACY], live, better, 0)["accuracy"]
    alone = intervals([ACCURACY], better, 0)["accuracy"]
    assert known.low is not None
    assert alone.low is not None
    assert known.low > 0
    assert known.value - known.low < (alone.value - alone.low) / 2


def test_a_figure_that_is_mostly_undefined_has_no_interval() -> None:
    area = next(metric for metric in METRICS["binary"] if metric.name == "roc_auc")
    rare = binary(rows=3)
    known = intervals([area], replace(rare, truth=np.zeros(3, int)), 0)["roc_auc"]
    assert (known.low, known.high) == (None, None)
