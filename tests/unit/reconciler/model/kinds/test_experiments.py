"""Experiments."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.experiments import Command, Experiment, Module

SPEC: dict[str, Any] = {"dataset": "datasets/a", "target": "y", "runner": "tabular", "metric": {"name": "roc_auc"}}


def test_a_runner_comes_with_setpoint_or_is_ones_own() -> None:
    assert Experiment.model_validate(SPEC).code() is None
    own = Experiment.model_validate({**SPEC, "runner": {"module": "churn.train", "code": "churn"}})
    assert isinstance(own.runner, Module)
    assert own.code() == "churn"
    command = Experiment.model_validate({**SPEC, "runner": {"command": ["python", "train.py"]}})
    assert isinstance(command.runner, Command)
    assert command.code() is None


@pytest.mark.parametrize(
    "runner", ["XG Boost", {"command": []}, {"module": "a b"}, {"module": "a", "command": ["b"]}, None]
)
def test_other_runners_are_refused(runner: Any) -> None:
    with pytest.raises(ValidationError):
        Experiment.model_validate({**SPEC, "runner": runner})


@pytest.mark.parametrize(
    "change",
    [
        {"budget": {"trials": 0}},
        {"seed": -1},
        {"split": {"test": 1}},
        {"split": {"test": 0.5, "validation": 0.5}},
        {"task": "ranking"},
    ],
)
def test_limits(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Experiment.model_validate({**SPEC, **change})


def test_rows_count_by_the_confidence_of_labels() -> None:
    told = {**SPEC, "labels": "labels/a", "weigh": "confidence"}
    assert Experiment.model_validate(told).train_params["weigh"] == "confidence"
    with pytest.raises(ValidationError, match="give labels, too"):
        Experiment.model_validate({**SPEC, "weigh": "confidence"})
    with pytest.raises(ValidationError, match="code of your own reads `confidence`"):
        Experiment.model_validate({**told, "runner": {"module": "churn.train"}})


@pytest.mark.parametrize(("name", "value"), [("soft", True), ("disputed", "drop")])
def test_rows_are_learned_from_by_what_annotators_said(name: str, value: Any) -> None:
    told = {**SPEC, "labels": "labels/a"}
    assert Experiment.model_validate({**told, name: value}).train_params[name] == value
    assert name not in Experiment.model_validate(told).train_params
    with pytest.raises(ValidationError, match=f"{name} is of what annotators said of rows: give labels"):
        Experiment.model_validate({**SPEC, name: value})


def test_several_labels_at_once_are_those_of_sets() -> None:
    told = {**SPEC, "labels": "labels/a", "task": "multilabel", "target": "labels"}
    assert Experiment.model_validate(told).train_params["task"] == "multilabel"
    for change in ({"target": "y"}, {"labels": None}):
        with pytest.raises(ValidationError, match="say target: labels"):
            Experiment.model_validate({**told, **change})


def test_soft_labels_are_of_classes_and_code_of_ones_own_reads_them_itself() -> None:
    told = {**SPEC, "labels": "labels/a", "soft": True}
    with pytest.raises(ValidationError, match=r"code of your own reads \$SETPOINT_LABELS"):
        Experiment.model_validate({**told, "runner": {"module": "churn.train"}})
    with pytest.raises(ValidationError, match="soft is of classes"):
        Experiment.model_validate({**told, "task": "regression"})


def test_the_truth_may_be_covered_in_a_share_of_rows() -> None:
    assert "coverage" not in Experiment.model_validate(SPEC).train_params
    told = Experiment.model_validate({**SPEC, "coverage": {"share": 0.9}})
    assert told.train_params["coverage"] == {"share": 0.9}
    by_class = Experiment.model_validate({**SPEC, "coverage": {"share": 0.9, "by": "class"}})
    assert by_class.train_params["coverage"] == {"share": 0.9, "by": "class"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coverage": {"share": 0.4}}, "greater than or equal to 0.5"),
        ({"coverage": {"share": 1}}, "less than or equal to 0.999"),
        ({"coverage": {"share": float("nan")}}, "finite number"),
        ({"coverage": {"by": "class"}}, "Field required"),
        ({"task": "regression", "coverage": {"share": 0.9, "by": "class"}}, "say `by: prediction`"),
        ({"coverage": {"share": 0.9, "by": "prediction"}}, "say `by: class`"),
        ({"task": "multilabel", "labels": "labels/a", "target": "labels", "coverage": {"share": 0.9}}, "leave it out"),
    ],
)
def test_a_share_that_can_t_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Experiment.model_validate({**SPEC, **change})


def test_the_trainer_is_told_what_it_needs_and_no_more() -> None:
    spec = Experiment.model_validate({**SPEC, "slices": "sex", "team": "risk", "params": {"depth": 3}})
    assert spec.train_params == {
        "target": "y",
        "task": "binary",
        "exclude": [],
        "slices": ["sex"],
        "split": {"test": 0.25, "validation": 0.15},
        "metric": {"name": "roc_auc", "goal": "maximize"},
    }
