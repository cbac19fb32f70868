"""Distances of columns, by what their profiles tell."""

from math import isclose
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.web.pages.distances import distance, jensen_shannon


def bars(*counts: float, first: float = 0.0, width: float = 1.0) -> dict[str, Any]:
    edges = [first + width * n for n in range(len(counts) + 1)]
    return {"histogram": {"edges": edges, "counts": list(counts)}}


def test_the_same_is_no_distance_and_what_shares_nothing_is_one() -> None:
    assert distance(bars(1, 2, 3), bars(2, 4, 6)) == 0.0
    assert distance(bars(1, 1), bars(1, 1, first=5)) == pytest.approx(1.0)
    assert distance(bars(4), bars(1, 1, 1, 1, width=0.25)) == pytest.approx(0.0), "other bars, the same values"


def test_a_known_distance_is_found() -> None:
    assert distance(bars(1, 0), bars(1, 1)) == pytest.approx(0.5579230452841438), (
        "scipy.spatial.distance.jensenshannon, base 2"
    )


def test_categories_are_held_against_each_other_by_their_most_frequent_values() -> None:
    before = {"count": 10, "top": [{"value": "a", "count": 5}, {"value": "b", "count": 5}]}
    after = {"count": 10, "top": [{"value": "a", "count": 5}], "type": "string"}
    assert distance(before, before) == 0.0
    found = distance(before, after)
    assert found is not None
    assert isclose(found, 0.5**0.5)


@pytest.mark.parametrize(
    "odd", [{}, {"histogram": 3}, {"histogram": {"edges": [0], "counts": []}}, bars(0, 0), {"top": []}]
)
def test_what_cant_be_compared_has_none(odd: dict[str, Any]) -> None:
    assert distance(bars(1, 2), odd) is None


def test_moments_and_numbers_arent_the_same() -> None:
    assert distance({"histogram": {**bars(1)["histogram"], "unit": "s"}}, bars(1)) is None


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=9))
def test_a_distance_is_between_none_and_one(told: list[tuple[float, float]]) -> None:
    found = jensen_shannon([a for a, _ in told], [b for _, b in told])
    assert found is None or 0 <= found <= 1 + 1e-9
