"""Metrics: equal to scikit-learn's figures, for any weights of the rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn

from runners.evaluate.metrics import METRICS, measure, metrics_of
from runners.evaluate.predictions import Answers
from tests.unit.runners.evaluate.conftest import binary, multiclass, multilabel, regression

Theirs = Callable[[Answers, Any], float]


def positive(answers: Answers) -> Any:
    assert answers.scores is not None
    return answers.scores[:, 1]


THEIRS: dict[str, dict[str, Theirs]] = {
    "binary": {
        "roc_auc": lambda a, w: sklearn.roc_auc_score(a.truth, positive(a), sample_weight=w),
        "average_precision": lambda a, w: sklearn.average_precision_score(a.truth, positive(a), sample_weight=w),
        "accuracy": lambda a, w: sklearn.accuracy_score(a.truth, a.prediction, sample_weight=w),
        "f1": lambda a, w: sklearn.f1_score(a.truth, a.prediction, sample_weight=w),
        "precision": lambda a, w: sklearn.precision_score(a.truth, a.prediction, sample_weight=w),
        "recall": lambda a, w: sklearn.recall_score(a.truth, a.prediction, sample_weight=w),
        "log_loss": lambda a, w: sklearn.log_loss(a.truth, a.scores, sample_weight=w),
        "brier": lambda a, w: sklearn.brier_score_loss(a.truth, positive(a), sample_weight=w),
    },
    "multiclass": {
        "accuracy": lambda a, w: sklearn.accuracy_score(a.truth, a.prediction, sample_weight=w),
        "f1_macro": lambda a, w: sklearn.f1_score(a.truth, a.prediction, average="macro", sample_weight=w),
        "roc_auc": lambda a, w: sklearn.roc_auc_score(a.truth, a.scores, multi_class="ovr", sample_weight=w),
        "log_loss": lambda a, w: sklearn.log_loss(a.truth, a.scores, sample_weight=w),
    },
    "multilabel": {
        "f1_micro": lambda a, w: sklearn.f1_score(a.truth, a.prediction, average="micro", sample_weight=w),
        "f1_macro": lambda a, w: sklearn.f1_score(a.truth, a.prediction, average="macro", sample_weight=w),
        "subset_accuracy": lambda a, w: sklearn.accuracy_score(a.truth, a.prediction, sample_weight=w),
        "hamming_loss": lambda a, w: sklearn.hamming_loss(a.truth, a.prediction, sample_weight=w),
        "roc_auc": lambda a, w: sklearn.roc_auc_score(a.truth, a.scores, average="macro", sample_weight=w),
    },
    "regression": {
        "rmse": lambda a, w: sklearn.root_mean_squared_error(a.truth, a.prediction, sample_weight=w),
        "mae": lambda a, w: sklearn.mean_absolute_error(a.truth, a.prediction, sample_weight=w),
        "r2": lambda a, w: sklearn.r2_score(a.truth, a.prediction, sample_weight=w),
    },
}


def test_every_metric_is_held_to_scikit_learns() -> None:
    assert {task: {m.name for m in known} for task, known in METRICS.items()} == {
        task: set(theirs) for task, theirs in THEIRS.items()
    }


def test_all_rows_give_scikit_learns_figures(answers: Answers) -> None:
    theirs = {name: of(answers, None) for name, of in THEIRS[answers.task].items()}
    assert measure(answers) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), task=st.sampled_from(["binary", "multiclass", "multilabel", "regression"]))
def test_any_weights_give_scikit_learns_figures(seed: int, task: str) -> None:
    known = {"binary": binary, "multiclass": multiclass, "multilabel": multilabel, "regression": regression}
    answers = known[task](seed, 80)
    weights = np.random.default_rng(seed).integers(1, 5, (3, 80)).astype(float)
    for metric in metrics_of(answers):
        ours = metric.prepare(answers)(weights)
        assert ours == pytest.approx([THEIRS[task][metric.name](answers, w) for w in weights], abs=1e-9)


def test_a_model_without_probabilities_has_fewer_metrics() -> None:
    answers = binary()
    labels_only = Answers("binary", answers.truth, answers.prediction)
    assert list(measure(labels_only)) == ["accuracy", "f1", "precision", "recall"]


def test_what_is_undefined_is_nan() -> None:
    one_class = Answers("binary", np.ones(4, int), np.ones(4, int), np.tile([0.2, 0.8], (4, 1)))
    figures = measure(one_class)
    assert np.isnan(figures["roc_auc"])
    assert figures["accuracy"] == 1.0
    assert np.isnan(measure(Answers("regression", np.ones(4), np.zeros(4)))["r2"])


def test_a_model_that_never_says_yes_has_no_precision_to_speak_of() -> None:
    never = Answers("binary", np.array([0, 1, 1]), np.zeros(3, int))
    assert measure(never)["precision"] == 0.0
    assert measure(never)["f1"] == 0.0


def test_probabilities_of_zero_are_no_infinite_loss() -> None:
    sure = Answers("binary", np.array([1, 0]), np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert np.isfinite(measure(sure)["log_loss"])


def test_a_class_that_no_row_has_is_left_out_of_the_area() -> None:
    answers = multiclass()
    rows = np.flatnonzero(answers.truth != 2)
    assert np.isfinite(measure(answers.take(rows))["roc_auc"])
