"""Samples of intervals."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.compose.sampling import MOST_DIMENSIONS, Interval, shares


def test_the_sequence_is_haltons_but_for_its_rotation() -> None:
    first = shares(0, 0, seed=1)
    steps = [(shares(index, 0, seed=1) - first) % 1 for index in range(4)]
    assert steps == pytest.approx([0.0, 0.75, 0.25, 0.625])  # 1/2, 1/4, 3/4, 1/8 less the first


def test_samples_cover_an_interval_evenly() -> None:
    for dimension in range(MOST_DIMENSIONS):
        found = sorted(shares(index, dimension, seed=3) for index in range(200))
        gaps = [high - low for low, high in pairwise(found)]
        assert max(gaps) < 0.1


def test_a_seed_gives_the_same_samples_for_ever() -> None:
    assert [round(shares(index, 1, seed=7), 6) for index in range(3)] == [0.160771, 0.494104, 0.938549]
    assert shares(0, 0, seed=7) != shares(0, 0, seed=8)


@given(st.floats(0, 1, exclude_max=True), st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_points_lie_inside(share: float, low: float, width: float) -> None:
    assert low <= Interval(low, low + width).at(share) <= low + width


def test_magnitudes_and_whole_numbers() -> None:
    assert Interval(0.001, 1.0, log=True).at(0.5) == pytest.approx(0.0316228)
    assert [Interval(1, 4, whole=True).at(share) for share in (0.0, 0.34, 0.99)] == [1, 2, 3]
    assert isinstance(Interval(1, 4, whole=True).at(0.5), int)
    assert Interval(0.0, 1.0).at(1 / 3) == 0.333333
