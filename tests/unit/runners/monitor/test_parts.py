"""Parts of columns of any type, each value in one of them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor.columns import Column, typed
from runners.monitor.parts import parts_of


def numbers(values: object) -> "pd.Series[float]":
    """Return a column of numbers."""
    return pd.Series(values, dtype=float)


def test_what_lies_beyond_the_reference_and_what_is_missing_are_parts_of_their_own() -> None:
    parts = parts_of(numbers(range(100)), Column("a", "number"), 5000)
    assert parts
    told = [parts.names[at] for at in parts.places(numbers([-1, 0, 50, 99, 100, np.nan]))]
    assert [told[0], told[-2], told[-1]] == ["below 0", "above 99", "missing"]
    assert told[1].startswith("0 to")
    assert parts.share.sum() == pytest.approx(1.0)
    assert all(parts.share[at] == 0 for at in parts.alien)
    assert len(parts.names) == 18


def test_a_constant_column_has_one_range() -> None:
    parts = parts_of(numbers([7] * 50), Column("a", "number"), 50)
    assert parts
    assert parts.names == ("below 7", "7", "above 7", "missing")
    assert parts.places(numbers([7, 8, 6, np.nan])).tolist() == [1, 2, 0, 3]


def test_categories_that_the_reference_never_held_are_apart_from_those_that_are_rare() -> None:
    rows = pd.DataFrame({"a": ["x"] * 5 + ["y"] * 4 + ["once"], "flag": [True] * 9 + [None]})
    column = Column("a", "category")
    parts = parts_of(typed(rows, [column])["a"], column, 10)
    assert parts
    asked = typed(pd.DataFrame({"a": ["x", "once", "never", None]}), [column])["a"]
    assert [parts.names[at] for at in parts.places(asked)] == ["x", "rarer values", parts.names[-2], "missing"]
    assert parts.alien == {len(parts.names) - 2}
    flags = parts_of(typed(rows, [Column("flag", "category")])["flag"], Column("flag", "category"), 10)
    assert flags
    assert (flags.names[0], flags.share[-1]) == ("True", 0.1)


def test_a_column_without_values_has_no_parts() -> None:
    assert parts_of(numbers([np.nan]), Column("a", "number"), 10) is None


@given(
    st.lists(st.floats(allow_infinity=False), min_size=1, max_size=40),
    st.lists(st.floats(allow_infinity=False), max_size=20),
)
def test_every_number_has_one_part(before: list[float], now: list[float]) -> None:
    for rows in (10, 5000):
        parts = parts_of(numbers(before), Column("a", "number"), rows)
        if parts is None:
            continue
        places = parts.places(numbers(now))
        assert all(place < len(parts.names) for place in places)
        assert parts.share.sum() == pytest.approx(1.0)
        known = parts.places(numbers(before))
        assert not {*known.tolist()} & parts.alien
