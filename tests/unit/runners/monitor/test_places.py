"""Numbers are placed among edges as searching would place them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runners.monitor.places import counted, places_of

NUMBERS = st.floats(allow_nan=False)


@given(st.lists(NUMBERS), st.lists(NUMBERS, max_size=20).map(sorted))
def test_a_place_is_how_many_edges_lie_below(numbers: list[float], edges: list[float]) -> None:
    found = places_of(np.array(numbers), edges)
    assert found.tolist() == np.searchsorted(edges, numbers, side="left").tolist()


def test_what_is_no_number_lies_below_all() -> None:
    assert places_of(np.array([np.nan] * 40_000), [1.0, 2.0]).max() == 0


@given(st.lists(st.floats()), st.lists(NUMBERS, max_size=20).map(sorted))
def test_as_many_are_counted_as_have_a_place(numbers: list[float], edges: list[float]) -> None:
    values = np.array(numbers, dtype=float)
    told = np.bincount(places_of(values[~np.isnan(values)], edges), minlength=len(edges) + 1)
    assert counted(values, edges) == told.tolist()
