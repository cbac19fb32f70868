"""Gates: alone, by slice, and against the live model on the same rows."""

from typing import Any

import pytest

from reconciler.controllers.gates import GateResult, against_live, alone, failed, losses
from reconciler.model.kinds.experiments import Metric
from reconciler.model.kinds.promotions import Gate
from tests.unit.reconciler import stage

SLICES = {"sex": {"1": {"roc_auc": 0.9, "rows": 10}, "2": {"roc_auc": 0.7, "rows": 5}}}


def gate(metric: str = "roc_auc", **parts: Any) -> Gate:
    return Gate(metric=metric, **parts)


def passed(*gates: Gate, **metrics: Any) -> list[bool | None]:
    return [held.passed for held in alone(stage.trial("1", SLICES, **metrics), gates)]


def test_a_metric_is_held_between_its_bounds_which_belong_to_it() -> None:
    bounds = gate(minimum=0.8, maximum=0.9)
    assert [passed(bounds, roc_auc=value) for value in (0.79, 0.8, 0.9, 0.91)] == [[False], [True], [True], [False]]


def test_a_missing_metric_does_not_pass() -> None:
    (held,) = alone(stage.trial("1", accuracy=0.9), [gate(minimum=0.8)])
    assert held.passed is False
    assert str(held) == "roc_auc is missing, at least 0.8"


def test_a_slice_is_held_on_every_value_of_its_column() -> None:
    found = alone(stage.trial("1", SLICES), [gate(slice="sex", minimum=0.8)])
    assert [(held.what, held.passed) for held in found] == [
        ("roc_auc where sex = 1", True),
        ("roc_auc where sex = 2", False),
    ]


def test_a_slice_that_the_trial_has_not_does_not_pass() -> None:
    assert passed(gate(slice="race", minimum=0.8)) == [False]


def test_a_gate_against_the_live_model_is_not_held_alone() -> None:
    assert passed(gate(worse_than_live=0.01)) == []


def compare(goal: str = "", /, metric: str = "roc_auc", **metrics: float) -> GateResult:
    smaller = losses(Metric.model_validate({"name": metric, "goal": goal}) if goal else None)
    told = {name.replace("_of_", "."): value for name, value in metrics.items()}
    (held,) = against_live(
        {f"{who}.{metric}": value for who, value in told.items()}, [gate(metric, worse_than_live=0.01)], smaller
    )
    return held


@pytest.mark.parametrize(("candidate", "passes"), [(0.95, True), (0.895, True), (0.885, False)])
def test_the_candidate_may_be_so_much_worse_and_no_more(candidate: float, passes: bool) -> None:
    assert compare(candidate=candidate, live=0.9).passed is passes


def test_of_a_loss_less_is_better() -> None:
    assert compare(metric="log_loss", candidate=0.1, live=0.3).passed is True
    assert compare(metric="log_loss", candidate=0.3, live=0.1).passed is False


def test_the_experiment_says_in_which_direction_its_own_metric_is_better() -> None:
    assert compare("minimize", metric="cost", candidate=10.0, live=12.0).passed is True
    assert compare("minimize", metric="cost", candidate=12.0, live=10.0).passed is False
    assert compare("maximize", metric="mape", candidate=12.0, live=10.0).passed is True


def test_without_a_live_model_there_is_nothing_to_hold_against() -> None:
    held = compare(candidate=0.9)
    assert (held.passed, failed([held])) == (None, ())


def test_a_candidate_without_the_metric_does_not_pass() -> None:
    assert compare(live=0.9).passed is False


def test_gates_that_do_not_compare_are_left_out() -> None:
    assert against_live({"live.roc_auc": 0.9}, [gate(minimum=0.1)]) == ()
