"""What is known of numbers by a profile's points, on a line and for certain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor.causes.curve import certain_distance, of_bars, of_counts, of_numbers


def bars(values: object, bins: int = 24) -> tuple[dict[str, object], dict[str, float]]:
    """Return the bars and quantiles that a profile tells of numbers."""
    numbers = np.asarray(values, float)
    counts, edges = np.histogram(numbers, bins)
    quantiles = {f"{q:g}": float(np.quantile(numbers, q)) for q in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)}
    return {"edges": edges.tolist(), "counts": counts.tolist()}, quantiles


def test_bars_are_exact_at_their_edges_and_quantiles_bound_what_lies_between() -> None:
    values = np.random.default_rng(0).normal(size=5000)
    told, quantiles = bars(values)
    curve = of_bars(told, quantiles)
    assert curve
    points = np.linspace(-3, 3, 50)
    low, high = curve.below(points)
    real = np.array([(values < point).mean() for point in points])
    assert ((low <= real + 1e-3) & (real <= high + 1e-3)).all()
    assert curve.line(points) == pytest.approx(real, abs=0.02)


@given(st.lists(st.integers(-5, 5), min_size=40, max_size=200), st.integers(1, 24))
def test_the_same_numbers_are_never_apart_for_certain_however_they_are_told(values: list[int], bins: int) -> None:
    told, quantiles = bars(values, bins)
    curve = of_bars(told, {})
    exact = of_counts({float(value): values.count(value) for value in {*values}})
    assert curve
    assert certain_distance(curve, exact) < 1e-3
    assert certain_distance(of_numbers(np.array(values, float)), exact) < 1e-3
    assert of_bars(told, quantiles)


def test_numbers_that_moved_are_apart_for_certain_and_many_zeros_in_other_bars_aren_t() -> None:
    random = np.random.default_rng(1)
    usual, moved = (of_bars(*bars(random.normal(mean, 1, 3000))) for mean in (0, 1))
    assert usual
    assert moved
    assert certain_distance(usual, moved) > 0.2
    zeros = np.where(random.random(3000) < 0.4, 0.0, random.exponential(1, 3000))
    some, others = of_bars(*bars(zeros)), of_bars(*bars(np.append(zeros, [40.0])))
    assert some
    assert others
    assert certain_distance(some, others) < 0.02


def test_numbers_by_values_are_where_they_are() -> None:
    values = np.random.default_rng(2).normal(size=1000)
    curve = of_numbers(values)
    assert curve.line(np.array([-9.0, 0.0, 9.0])) == pytest.approx([0, (values < 0).mean(), 1], abs=0.01)
    assert len(curve.cuts()) == 13


@pytest.mark.parametrize("told", [
    None, {}, {"edges": [0, 1], "counts": []}, {"edges": [0, 1], "counts": [0]}, {"edges": [1, 0], "counts": [3]},
    {"edges": [0, float("nan")], "counts": [3]}, {"edges": [0, 1], "counts": [-3]}, {"edges": "01", "counts": [1]},
    {"edges": [0, True], "counts": [1]},
])  # fmt: skip
def test_what_are_no_bars_tell_nothing(told: object) -> None:
    assert of_bars(told, None) is None


def test_quantiles_that_are_none_are_passed_over() -> None:
    curve = of_bars({"edges": [0, 1], "counts": [3]}, {"a": 1, "2": 1, "0.5": None, "0.25": 0.5})
    assert curve
    assert curve.below(np.array([0.5]))[1].tolist() == [0.25]
