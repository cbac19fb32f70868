"""Metrics are those of scikit-learn where outcomes are known, and NannyML's where they are expected."""

from math import isnan

import numpy as np
import pytest
from sklearn import metrics

from runners.monitor.scores import METRICS, Answers, area, error_of

THEIRS = {
    "roc_auc": lambda rows: metrics.roc_auc_score(rows.outcomes, rows.scores),
    "accuracy": lambda rows: metrics.accuracy_score(rows.outcomes, rows.predicted),
    "f1": lambda rows: metrics.f1_score(rows.outcomes, rows.predicted),
    "precision": lambda rows: metrics.precision_score(rows.outcomes, rows.predicted),
    "recall": lambda rows: metrics.recall_score(rows.outcomes, rows.predicted),
    "specificity": lambda rows: metrics.recall_score(1 - rows.outcomes, 1 - rows.predicted),
}


def answers(count: int, *, digits: int = 3, seed: int = 0) -> Answers:
    random = np.random.default_rng(seed)
    scores = np.random.default_rng(9).beta(2, 3, count).round(digits)
    return Answers((random.random(count) < scores).astype(float), (scores > 0.4).astype(float), scores)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("digits", [1, 12])
def test_a_metric_is_scikit_learns(metric: str, digits: int) -> None:
    rows = answers(700, digits=digits)
    assert METRICS[metric](rows) == pytest.approx(THEIRS[metric](rows))


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_expected_is_what_comes_on_average(metric: str) -> None:
    rows = answers(4000)
    expected = METRICS[metric](Answers(rows.scores, rows.predicted, rows.scores))
    came = [answers(4000, seed=seed) for seed in range(40)]
    assert expected == pytest.approx(np.mean([METRICS[metric](one) for one in came]), abs=0.01)


@pytest.mark.parametrize("metric", METRICS)
def test_the_error_is_how_much_it_varies(metric: str) -> None:
    told = error_of(metric, answers(20_000)) / np.sqrt(500)
    came = np.std([METRICS[metric](_fresh(seed)) for seed in range(300)])
    assert 0.8 * came < told < 1.5 * came, "that of F1 is too large by two fifths, as NannyML's is"


def _fresh(seed: int) -> Answers:
    return answers(20_000, seed=seed).at(np.random.default_rng(seed).permutation(20_000)[:500])


def test_a_class_that_is_missing_leaves_it_untold() -> None:
    ones = Answers(np.ones(5), np.zeros(5), np.linspace(0, 1, 5))
    assert isnan(area(ones))
    assert isnan(METRICS["precision"](ones))
    assert isnan(METRICS["specificity"](ones))
    assert METRICS["recall"](ones) == 0.0
    assert isnan(error_of("precision", ones))
