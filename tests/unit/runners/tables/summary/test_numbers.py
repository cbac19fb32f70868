"""Summaries of numbers and moments."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.columns import ARROW
from runners.tables.summary.numbers import HUGE, keys_of, numbers_of, values_of

Floats = st.lists(st.floats(allow_nan=False), min_size=1)


@given(Floats)
def test_keys_are_in_the_order_of_the_numbers_and_give_them_back(numbers: list[float]) -> None:
    values = pa.array(numbers, pa.float64())
    keys = keys_of(values)
    assert values_of(keys, values.type).to_pylist() == numbers
    assert np.argsort(keys, kind="stable").tolist() == np.argsort(np.array(numbers) + 0.0, kind="stable").tolist()


@pytest.mark.parametrize(
    ("type_", "values"),
    [("integer", [-(2**63), 0, 2**63 - 1]), ("datetime", [-1, 0, 10**15])],
)
def test_whole_numbers_and_moments_are_their_own_keys(type_: Any, values: list[int]) -> None:
    array = pa.array(values, ARROW[type_])
    assert keys_of(array).tolist() == values
    assert values_of(np.array(values), ARROW[type_]).equals(array)


@given(Floats)
def test_what_has_no_square_counts_as_infinite(numbers: list[float]) -> None:
    found = numbers_of(pa.array(numbers, pa.float64()))
    finite = [number for number in numbers if abs(number) < HUGE]
    assert (found.tally.total, found.beyond.total) == (len(finite), len(numbers) - len(finite))
    assert found.moments.count == len(finite)
    if finite:
        assert values_of(np.array(found.extremes), ARROW["number"]).to_pylist() == [min(finite), max(finite)]
        assert math.isfinite(found.moments.squares)
    assert found.distinct == len(set(numbers))
