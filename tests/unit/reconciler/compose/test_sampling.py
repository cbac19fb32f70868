"""Samples of intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from reconciler.compose.sampling import MOST_DIMENSIONS, Interval, shares

Array = NDArray[np.float64]


def points(count: int, seed: int, apart: int = 1) -> Array:
    """Return points [count, dimensions]."""
    dimensions = range(MOST_DIMENSIONS)
    return np.array([[shares(index * apart, dimension, seed) for dimension in dimensions] for index in range(count)])


@pytest.mark.parametrize("dimension", range(MOST_DIMENSIONS))
def test_each_stretch_as_long_as_the_base_has_one_point_in_every_part_of_the_interval(dimension: int) -> None:
    """A sequence of chance has about a third of its parts empty."""
    base = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)[dimension]
    for start in range(0, 5 * base, base):
        found = [shares(index, dimension, seed=3) for index in range(start, start + base)]
        assert sorted(int(share * base) for share in found) == list(range(base))


def test_digits_below_the_first_are_spread_as_evenly() -> None:
    for dimension, base in ((0, 2), (1, 3), (2, 5)):
        found = sorted(int(shares(index, dimension, seed=5) * base**3) for index in range(base**3))
        assert found == list(range(base**3))


def correlations(values: Array) -> Array:
    """Return how closely each pair of dimensions runs in step, 0 to 1."""
    return np.abs(np.corrcoef(values.T)[np.triu_indices(values.shape[1], 1)])


@pytest.mark.parametrize("apart", [1, 10_007], ids=["points", "first points of combinations"])
@pytest.mark.parametrize("count", [8, 16, 32, 64])
def test_no_pair_of_dimensions_runs_more_in_step_than_chance_would_have_it(count: int, apart: int) -> None:
    """Of unscrambled points, 16 of them, the pair of 31 and 37 has a correlation of 1.00."""
    seeds = range(12)
    found = np.array([correlations(points(count, seed, apart)) for seed in seeds])
    drawn = [correlations(np.random.default_rng(seed).random((count, MOST_DIMENSIONS))) for seed in range(200)]
    assert found.mean() <= np.mean(drawn) * 1.02
    assert found.max(axis=1).mean() <= np.mean([one.max() for one in drawn]) * 1.05
    assert found.max() <= np.max(drawn) + 0.05
    assert found.mean(axis=0).max() <= np.mean(drawn) + 5 * np.std(drawn) / np.sqrt(len(seeds))


def test_a_seed_gives_the_same_samples_for_ever() -> None:
    assert [round(shares(index, 1, seed=7), 6) for index in range(3)] == [0.630329, 0.963663, 0.296996]
    assert [round(shares(index, 11, seed=7), 6) for index in (0, 10_000, 10**8)] == [0.851699, 0.196457, 0.013759]
    assert shares(0, 0, seed=7) != shares(0, 0, seed=8)


@given(st.floats(0, 1, exclude_max=True), st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_points_lie_inside(share: float, low: float, width: float) -> None:
    assert low <= Interval(low, low + width).at(share) <= low + width


def test_magnitudes_and_whole_numbers() -> None:
    assert Interval(0.001, 1.0, log=True).at(0.5) == pytest.approx(0.0316228)
    assert [Interval(1, 4, whole=True).at(share) for share in (0.0, 0.34, 0.99)] == [1, 2, 3]
    assert isinstance(Interval(1, 4, whole=True).at(0.5), int)
    assert Interval(0.0, 1.0).at(1 / 3) == 0.333333
