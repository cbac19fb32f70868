"""Narrowing: what tells values apart is still there in 32 bits, and what isn't is said."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.train.narrowing import Narrowing, merged, narrowing_of

INTEGERS = st.integers(-(2**63), 2**63 - 1)


def test_small_numbers_stay_as_they_are() -> None:
    for values in ([1, 2, 3], [0.5, np.nan, -7.25], [True, False], [np.nan, np.nan], [1e9, 2e9, 4e9]):
        assert narrowing_of(np.array(values)).is_idle


def test_what_all_values_have_in_common_is_subtracted_first() -> None:
    seconds = 1_700_000_000 + 7 * np.arange(100)
    narrowing = narrowing_of(seconds)
    assert narrowing == Narrowing(1_700_000_350)
    assert narrowing.narrow(seconds).tolist() == (7 * np.arange(100) - 350).tolist()
    assert narrowing.narrow(seconds).dtype == np.float32


@pytest.mark.parametrize("start", [2**24, 2**53, 2**63 - 101, -(2**63)])
def test_integers_beyond_what_doubles_hold_are_told_apart(start: int) -> None:
    values = start + np.arange(100, dtype=object)
    integers = values.astype(np.int64)
    assert len(np.unique(narrowing_of(integers).narrow(integers))) == 100


@given(st.lists(INTEGERS, min_size=1, max_size=9), INTEGERS)
def test_a_value_far_from_those_of_the_training_stays_on_its_side(known: list[int], asked: int) -> None:
    narrowing = narrowing_of(np.array(known, np.int64))
    exact = (asked - narrowing.offset) * narrowing.scale
    assert float(narrowing.narrow(np.array([asked], np.int64))[0]) == pytest.approx(exact, rel=1e-6) or (
        asked not in range(narrowing.bounds[0], narrowing.bounds[1] + 1)
    )


@pytest.mark.parametrize("size", [1e300, 1e-300, 1e30])
def test_what_is_too_large_or_too_small_is_scaled(size: float) -> None:
    values = size * np.array([1.0, 2.0, 3.0, 5.0])
    narrowed = narrowing_of(values).narrow(values)
    assert np.isfinite(narrowed).all()
    assert len(np.unique(narrowed)) == 4
    assert 0.1 < float(np.abs(narrowed).max()) < 9


def test_numbers_that_were_moved_come_back() -> None:
    for values in (1.7e9 + np.arange(9.0), 1e200 * np.arange(1.0, 9), np.arange(9.0)):
        narrowing = narrowing_of(values)
        assert narrowing.widen(narrowing.moved(values)) == pytest.approx(values, rel=1e-12)


def test_infinite_distances_move_nothing() -> None:
    values = np.array([-1.7e308, 1.7e308, 1.7e308])
    narrowing = narrowing_of(values)
    assert narrowing.offset == 0
    assert math.isfinite(narrowing.scale)
    assert narrowing.narrow(values).tolist() == pytest.approx([-3.78, 3.78, 3.78], abs=0.01)


def test_values_that_a_model_cannot_tell_apart_are_counted() -> None:
    values = np.array([-1.7e308, *np.arange(99.0)])
    assert merged(values, narrowing_of(values)).startswith("of 100 different values a model can tell 2 apart")
    assert merged(np.arange(100), Narrowing()) == ""
