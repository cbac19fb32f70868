"""Families: which models there are, and which parameters each takes."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.train.families import FAMILIES, choose_family


def test_the_usual_family_is_taken_where_none_is_named() -> None:
    chosen = choose_family({}, "gbm", "binary", 7, 2)
    assert (chosen.name, chosen.encoding) == ("gbm", "ordinal")
    assert chosen.estimator.get_params()["random_state"] == 7
    assert chosen.estimator.get_params()["n_jobs"] == 2


def test_parameters_go_to_the_estimator_as_they_are() -> None:
    assert choose_family({"model": "logistic", "C": 0.5}, "gbm", "binary", 0, 1).estimator.C == 0.5
    assert choose_family({"model": "forest", "max_depth": 3}, "gbm", "regression", 0, 1).estimator.max_depth == 3


def test_a_logistic_model_with_a_learning_rate_is_found_by_steps() -> None:
    chosen = choose_family({"model": "logistic", "learning_rate": 0.05}, "gbm", "multiclass", 0, 1)
    assert type(chosen.estimator).__name__ == "SGDClassifier"
    assert (chosen.estimator.eta0, chosen.estimator.learning_rate) == (0.05, "constant")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_made_for_each_of_its_tasks(family: str) -> None:
    for task in FAMILIES[family].estimators:
        assert choose_family({"model": family}, family, task, 0, 1).estimator is not None


@pytest.mark.parametrize(
    ("params", "task", "where", "told"),
    [
        ({"model": "gmb"}, "binary", "params.model", "did you mean gbm?"),
        ({"model": "logistic"}, "regression", "params.model", "linear"),
        ({"model": "linear"}, "binary", "params.model", "logistic"),
        ({"model": 3}, "binary", "params.model", "there are"),
        ({"learning_rat": 0.1}, "binary", "params.learning_rat", "did you mean learning_rate?"),
        ({"n_jobs": 8}, "binary", "params.n_jobs", "n_estimators"),
        ({"random_state": 8}, "binary", "params.random_state", "there are"),
        ({"deterministic": False}, "binary", "params.deterministic", "there are"),
        ({"model": "logistic", "learning_rate": 0.1, "eta_0": 1}, "binary", "params.eta_0", "alpha"),
    ],
)
def test_what_is_not_known_is_told(params: dict[str, Any], task: Any, where: str, told: str) -> None:
    with pytest.raises(InputError) as failure:
        choose_family(params, "gbm", task, 0, 1)
    assert failure.value.where == where
    assert told in failure.value.fix
