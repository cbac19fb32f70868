"""Bounds of a mean hold after each row at once."""

import numpy as np
import pytest

from runners.sequential.confidence import Confidence, Horizon, followed
from tests.shares import Hand
from tests.unit.runners.sequential.streams import coins, errors, quiet

ERROR = 0.1


@pytest.mark.slow
def test_the_mean_is_ever_out_of_bounds_no_more_often_than_stated(share: Hand) -> None:
    def misses(random: np.random.Generator) -> bool:
        return followed(Confidence(), coins(0.3, 600, random), ERROR).low > 0.3

    quiet("a lower bound", share, misses, ERROR)


@pytest.mark.slow
def test_nor_is_it_on_the_other_side_by_values_in_between(share: Hand) -> None:
    def misses(random: np.random.Generator) -> bool:
        return followed(Confidence(), errors(0.2, 600, random), ERROR).high < 0.2

    quiet("an upper bound", share, misses, ERROR)


def test_bounds_close_in_on_the_mean() -> None:
    found = followed(Confidence(), coins(0.3, 5000, np.random.default_rng(1)), 0.05)
    assert found.mean is not None
    assert found.low < found.mean < found.high
    assert found.high - found.low < 0.06


def test_it_is_the_paper_s_bound_row_by_row() -> None:
    values, log = errors(0.4, 50, np.random.default_rng(2)), np.log(1 / 0.05)
    mean, spread, squares, weights, weighted, penalty, low, high = 0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0
    for row, value in enumerate(values, 1):
        weight = min(0.5, np.sqrt(2 * log / (spread * row * np.log(row + 1))))
        weights, weighted = weights + weight, weighted + weight * value
        penalty += 4 * (value - mean) ** 2 * (-np.log(1 - weight) - weight) / 4
        mean = (0.5 + values[:row].sum()) / (row + 1)
        squares += (value - mean) ** 2
        spread = (0.25 + squares) / (row + 1)
        low = max(low, weighted / weights - (log + penalty) / weights)
        high = min(high, weighted / weights + (log + penalty) / weights)
    found = followed(Confidence(), values, 0.05)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize("size", [1, 7, 300])
def test_batches_change_nothing(size: int) -> None:
    values = errors(0.4, 300, np.random.default_rng(2))
    whole, state = followed(Confidence(), values, 0.05), Confidence()
    for first in range(0, 300, size):
        state = followed(state, values[first : first + size], 0.05)
    assert (state.low, state.high, state.mean) == pytest.approx((whole.low, whole.high, whole.mean))


def test_no_rows_tell_nothing_and_nan_is_refused() -> None:
    assert followed(Confidence(), [], 0.05) == Confidence()
    assert Confidence().mean is None
    with pytest.raises(ValueError, match="row 0"):
        followed(Confidence(), [float("nan")], 0.05)


def test_a_horizon_makes_bounds_narrower_there() -> None:
    values = coins(0.5, 4000, np.random.default_rng(3))
    usual, near = followed(Confidence(), values, 0.05), followed(Confidence(), values, 0.05, Horizon(0.02, 4000))
    assert near.high - near.low < 0.75 * (usual.high - usual.low)
    assert near.low < 0.5 < near.high
    first = followed(Confidence(), values[:1], 0.05, Horizon(0.02, 4000))
    assert followed(first, values[1:], 0.05, Horizon(0.02, 4000)).low == pytest.approx(near.low)
