"""How many values differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.summary.distinct import ERROR, KEPT, Distinct, distinct_of
from runners.tables.summary.hashes import mixed


def of(numbers: range) -> Distinct:
    return distinct_of(mixed(np.array(numbers, np.int64)))


@pytest.mark.parametrize("count", [0, 1, KEPT - 1, KEPT, 50_000, 1_000_000])
def test_estimates_keep_their_bound(count: int) -> None:
    assert of(range(count)).estimate == pytest.approx(count, rel=ERROR if count >= KEPT else 0)


@given(st.integers(0, 30_000), st.integers(0, 30_000), st.integers(0, 30_000))
def test_the_sketch_is_that_of_the_set_whatever_is_seen_twice(first: int, second: int, third: int) -> None:
    low, middle, high = sorted((first, second, third))
    merged = of(range(low, high)).merged(of(range(middle))).merged(of(range(middle)))
    assert merged.hashes.tolist() == of(range(high)).hashes.tolist()


def test_a_million_draws_of_few_values_are_these_few() -> None:
    drawn = np.arange(1_000_000, dtype=np.int64) % 10
    assert distinct_of(mixed(drawn)).estimate == 10
