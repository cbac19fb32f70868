"""Gates: alone, by slice, and against the live model on the same rows."""

from typing import Any

import pytest

from reconciler.controllers.gates import GateResult, against_live, alone, failed, losses
from reconciler.model.decision import Scores
from reconciler.model.kinds.experiments import Metric
from reconciler.model.kinds.gates import Gate

SLICES = {"sex": {"1": {"roc_auc": 0.9, "rows": 10}, "2": {"roc_auc": 0.7, "rows": 5}}}


def gate(metric: str = "roc_auc", **parts: Any) -> Gate:
    return Gate(metric=metric, **parts)


def passed(*gates: Gate, **metrics: Any) -> list[bool | None]:
    return [held.passed for held in alone(Scores(metrics, SLICES), gates)]


def test_a_metric_is_held_between_its_bounds_which_belong_to_it() -> None:
    bounds = gate(minimum=0.8, maximum=0.9)
    assert [passed(bounds, roc_auc=value) for value in (0.79, 0.8, 0.9, 0.91)] == [[False], [True], [True], [False]]


def test_a_missing_metric_does_not_pass() -> None:
    (held,) = alone(Scores({"accuracy": 0.9}), [gate(minimum=0.8)])
    assert held.passed is False
    assert str(held) == "roc_auc is missing, at least 0.8"


def test_a_slice_is_held_on_every_value_of_its_column() -> None:
    found = alone(Scores({}, SLICES), [gate(slice="sex", minimum=0.8)])
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
    result = {"metrics": {f"{who}.{metric}": value for who, value in told.items()}}
    (held,) = against_live(result, [gate(metric, worse_than_live=0.01)], smaller)
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
    assert against_live({"metrics": {"live.roc_auc": 0.9}}, [gate(minimum=0.1)]) == ()


@pytest.mark.parametrize("live", [0.9, 0.91, 0.3, 0.55])
@pytest.mark.parametrize("margin", [0.0, 0.01, 0.02, 0.03, 0.07, 0.1])
def test_a_candidate_that_is_just_so_much_worse_passes_and_one_by_a_little_more_does_not(
    live: float, margin: float
) -> None:
    def passes(candidate: float) -> bool | None:
        result = {"metrics": {"candidate.roc_auc": candidate, "live.roc_auc": live}}
        (held,) = against_live(result, [gate(worse_than_live=margin)])
        return held.passed

    assert passes(round(live - margin, 2)) is True
    assert passes(round(live - margin, 2) - 1e-6) is False


def test_bounds_hold_for_figures_that_are_a_floats_noise_away() -> None:
    assert passed(gate(minimum=0.3), roc_auc=0.1 * 3 - 4e-16) == [True]
    assert passed(gate(maximum=0.3), roc_auc=0.1 * 3) == [True]
    assert passed(gate(minimum=0.3), roc_auc=0.3 - 1e-6) == [False]
    assert passed(gate(maximum=0.3), roc_auc=0.3 + 1e-6) == [False]
    assert passed(gate(maximum=0.0), loss=0.0, roc_auc=0.0) == [True]


def test_an_error_in_small_units_is_held_as_closely_as_one_in_large_ones() -> None:
    for unit in (1e-9, 1.0, 1e9):
        told = [3 * unit, 3.1 * unit]
        assert [passed(gate("rmse", maximum=3 * unit), rmse=value) for value in told] == [[True], [False]]


def bound(low: float | None, high: float | None, **parts: Any) -> dict[str, Any]:
    return {"metric": "roc_auc", "confidence": 0.95, "slice": None, "value": None, "low": low, "high": high, **parts}


def sure(*bounds: dict[str, Any], metric: str = "roc_auc", candidate: float = 0.9, live: float = 0.9) -> GateResult:
    told = {"metrics": {f"candidate.{metric}": candidate, f"live.{metric}": live}, "facts": {"bounds": list(bounds)}}
    (held,) = against_live(told, [gate(metric, worse_than_live=0.02, confidence=0.95)])
    return held


def test_with_a_confidence_the_bound_of_the_interval_decides_and_not_the_figure() -> None:
    assert sure(bound(-0.019, 0.03)).passed is True
    assert sure(bound(-0.02, 0.03)).passed is True
    assert sure(bound(-0.021, 0.03), candidate=0.95).passed is False
    assert "the interval's bound: by 0.0210" in sure(bound(-0.021, 0.03)).bound
    assert "the interval's bound: better by 0.0100" in sure(bound(0.01, 0.03)).bound


def test_of_a_loss_the_upper_bound_decides() -> None:
    assert sure(bound(-0.5, 0.019, metric="log_loss"), metric="log_loss").passed is True
    assert sure(bound(0.0, 0.021, metric="log_loss"), metric="log_loss").passed is False


@pytest.mark.parametrize("bounds", [[], [bound(None, None)], [bound(0.1, 0.2, confidence=0.9)]])
def test_a_bound_that_nobody_knows_does_not_pass(bounds: list[dict[str, Any]]) -> None:
    held = sure(*bounds)
    assert held.passed is False
    assert "the interval's bound: unknown" in held.bound


def by_slice(*bounds: dict[str, Any], live: dict[str, Any] | None = None, **parts: Any) -> list[GateResult]:
    facts = {"candidate": {"slices": SLICES}, "live": {"slices": live or SLICES}, "bounds": list(bounds)}
    metrics = {"candidate.roc_auc": 0.9, "live.roc_auc": 0.9}
    wanted = gate(slice="sex", worse_than_live=0.05, **parts)
    return list(against_live({"metrics": metrics, "facts": facts}, [wanted]))


def test_a_slice_is_compared_with_the_live_model_on_every_value_of_its_column() -> None:
    live = {"sex": {"1": {"roc_auc": 0.9}, "2": {"roc_auc": 0.8}}}
    assert [(held.what, held.passed) for held in by_slice(live=live)] == [
        ("roc_auc of the candidate where sex = 1", True),
        ("roc_auc of the candidate where sex = 2", False),
    ]


def test_a_slice_is_compared_by_its_own_bound() -> None:
    known = [bound(low, 0.1, slice="sex", value=value) for value, low in (("1", -0.06), ("2", -0.04))]
    assert [held.passed for held in by_slice(*known, confidence=0.95)] == [False, True]


def test_slices_that_the_candidate_has_not_do_not_pass() -> None:
    told = {"metrics": {"live.roc_auc": 0.9}, "facts": {}}
    (held,) = against_live(told, [gate(slice="race", worse_than_live=0.1)])
    assert held.passed is False
