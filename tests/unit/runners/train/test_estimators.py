"""Fitting: what the library refuses is told, and how training went is kept."""

from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.evaluate.metrics import measure
from runners.evaluate.predictions import answers_of
from runners.train.acceptance import accept, ask, differences
from runners.train.estimators import Family
from runners.train.examples import Parts
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.trial import Trial
from tests.unit.runners.train.conftest import Asking


@pytest.fixture
def parts(asking: Asking, cancer: Path) -> Parts:
    """Return rows to train on and to test on."""
    trial = asking.trial(cancer)
    return split(read_table(trial), trial.told.split, trial.seed)


def test_boosted_trees_tell_how_they_grew(asking: Asking, cancer: Path, parts: Parts) -> None:
    fitted = Family("gbm")(asking.trial(cancer, {"n_estimators": 30}), parts)
    assert fitted.history is not None
    assert (fitted.history.step, fitted.history.figure) == ("trees", "roc_auc")
    assert fitted.history.steps[-1] == 30
    assert fitted.history.series["train"][-1] > fitted.history.series["train"][0]
    assert set(fitted.history.series) == {"train", "validation"}


def test_a_net_tells_its_losses_and_a_line_nothing(asking: Asking, cancer: Path, parts: Parts) -> None:
    net = Family("mlp")(asking.trial(cancer, {"max_iter": 5}), parts)
    assert net.history is not None
    assert net.history.steps == (1, 2, 3, 4, 5)
    assert net.notes
    assert Family("logistic")(asking.trial(cancer), parts).history is None


def test_what_the_library_answers_is_kept_to_compare_with(asking: Asking, cancer: Path, parts: Parts) -> None:
    fitted = Family("logistic")(asking.trial(cancer), parts)
    assert fitted.expected is not None
    assert fitted.expected.shape == (len(parts.test), 2)
    assert (asking.folder / fitted.file).exists()


def faithful(trial: Trial) -> float:
    """Fit, export and ask; return the main metric of what a server would answer."""
    known = read_table(trial)
    parts = split(known, trial.told.split, trial.seed)
    fitted = Family("gbm")(trial, parts)
    prediction = ask(accept(trial, fitted, known), parts.test)
    assert differences(prediction, fitted) == ()
    answers = answers_of(trial.told.task, parts.test.truth, prediction, known.classes)
    return measure(answers)[trial.told.metric.name]


@pytest.mark.parametrize(
    "params",
    [
        {"model": "logistic"},
        {"model": "logistic", "learning_rate": 0.05},
        {"model": "gbm", "n_estimators": 20},
        {"model": "forest", "n_estimators": 10},
        {"model": "tree"},
        {"model": "mlp", "hidden_layer_sizes": [8], "max_iter": 400},
    ],
    ids=lambda params: "-".join(map(str, params.values())),
)
def test_every_family_of_classifiers_is_exported_faithfully(
    asking: Asking, cancer: Path, params: dict[str, Any]
) -> None:
    assert faithful(asking.trial(cancer, params)) > 0.85


@pytest.mark.parametrize("model", ["linear", "gbm", "forest", "tree", "mlp"])
def test_every_family_of_regressors_is_exported_faithfully(asking: Asking, diabetes: Path, model: str) -> None:
    told = {"task": "regression", "metric": {"name": "rmse", "goal": "minimize"}}
    params = {"forest": {"n_estimators": 20}, "mlp": {"max_iter": 200, "learning_rate_init": 0.05}}.get(model, {})
    assert faithful(asking.trial(diabetes, {"model": model, **params}, **told)) < 77


@pytest.mark.parametrize("model", ["logistic", "gbm", "mlp"])
def test_several_classes_are_exported_faithfully(asking: Asking, iris: Path, model: str) -> None:
    told = {"task": "multiclass", "metric": {"name": "accuracy"}}
    assert faithful(asking.trial(iris, {"model": model}, **told)) > 0.85


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"model": "logistic", "C": -1}, "'C' parameter of LogisticRegression must be"),
        ({"model": "logistic", "penalty": "l7"}, "'penalty' parameter"),
        ({"model": "gbm", "num_leaves": 1}, "gbm can't be fitted"),
        ({"model": "gbm", "learning_rate": "fast"}, "gbm can't be fitted"),
        ({"model": "forest", "max_depth": -3}, "'max_depth' parameter"),
    ],
)
def test_a_value_that_the_library_refuses_is_told(
    asking: Asking, cancer: Path, parts: Parts, params: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as failure:
        Family("gbm")(asking.trial(cancer, params), parts)
    assert told in failure.value.what
    assert failure.value.where == "params"


def test_parameters_for_reading_are_not_the_estimators(asking: Asking, cancer: Path, parts: Parts) -> None:
    fitted = Family("tree", frozenset({"size"}))(asking.trial(cancer, {"size": 8}), parts)
    assert fitted.format == "onnx"
