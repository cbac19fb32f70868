"""Numbers against plain Python."""

import math

import pytest

from runners.train.prepared.numbers import follow, number_of
from tests.unit.runners.train.prepared.one_column import answers, column, numbers, step


def test_numbers_become_what_is_asked() -> None:
    nan, inf = math.nan, math.inf
    assert numbers([1, 2, 9, nan], [nan, 5], impute={}) == [2, 5]
    assert numbers([1, 2, 9, 9], [nan, 5], impute={"by": "most_frequent"}) == [9, 5]
    assert numbers([1, 2, 9], [nan, 5], impute={"by": "constant", "value": -1}) == [-1, 5]
    assert numbers([1, 2, 3], [-4, 2, 8], clip={"minimum": 0, "maximum": 3}) == [0, 2, 3]
    assert numbers(list(range(101)), [-4, 50, 800], clip={"lower": 0.1, "upper": 0.9}) == [10, 50, 90]
    assert numbers([1], [math.e - 1, 1 - math.e, 0, 1e300], log=True) == pytest.approx([1, -1, 0, math.log(1e300)])
    assert numbers([1, 2, 3], [2, 3], scale="standard") == pytest.approx([0, 1.224744871])
    assert numbers([0, 10, 20, 30, 40], [20, 60], scale="robust") == [0, 2]
    assert numbers([7, 7], [7, 9], scale="robust") == [0, 2], "what doesn't differ keeps its scale"
    assert math.isnan(numbers([1, 2], [nan], log=True)[0]), "a missing number stays missing"
    assert math.isnan(numbers([1, 2], [nan], clip={"minimum": 0})[0])
    assert numbers([nan, nan], [nan], impute={}) == [0]
    assert inf not in numbers([1e308, -1e308], [1e308], log=True)


def test_an_indicator_says_where_a_number_was_missing() -> None:
    made = column([1.0, math.nan], "FP64")
    _, (beside,) = follow(made.graph, number_of(made), step(impute={"indicator": True}))
    assert beside.names == ("c is missing",)
    assert answers(made, beside, [math.nan, 3.0]) == [[1], [0]]
