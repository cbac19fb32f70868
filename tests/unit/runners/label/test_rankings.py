"""Rankings: how alike two are, and the order of several."""

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from runners.contract import InputError
from runners.label.merging import Merged
from runners.label.questions import Question
from runners.label.rankings import MOST_RANKED, likeness_of, merge_rankings, merged
from tests.unit.runners.label.conftest import said

RANKING = st.permutations("abcde").map(list)
PARTIAL = st.tuples(RANKING, st.integers(0, 5)).map(lambda told: told[0][: told[1]])


@given(RANKING, RANKING)
@settings(max_examples=50, deadline=None)
def test_likeness_is_kendalls_tau(one: list[str], other: list[str]) -> None:
    tau = kendalltau([one.index(name) for name in "abcde"], [other.index(name) for name in "abcde"]).statistic
    assert likeness_of(one, other) == pytest.approx((tau + 1) / 2)
    assert likeness_of(one, other) == likeness_of(other, one)
    assert likeness_of(one, one) == 1


def test_things_that_are_not_in_both_tell_nothing() -> None:
    assert likeness_of(["a", "b"], ["c", "d"]) == 0.5
    assert likeness_of(["a", "b", "c"], ["b", "x", "a"]) == 0
    assert likeness_of(["a"], ["a"]) == 1


@given(st.lists(PARTIAL, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_other_order_is_agreed_with_more(rankings: list[list[str]]) -> None:
    names = sorted({name for ranking in rankings for name in ranking})

    def agreed(order: Any) -> int:
        pairs = set(combinations(order, 2))
        return sum(pair in pairs for ranking in rankings for pair in combinations(ranking, 2))

    found = sorted(((agreed(order), order) for order in permutations(names)), reverse=True)
    order, sure = merged(rankings)
    is_one = len(found) == 1 or found[0][0] > found[1][0]
    assert order == (list(found[0][1]) if is_one else None)
    assert 0 <= sure <= 1
    assert merged(rankings[::-1]) == (order, sure)


@given(RANKING, st.integers(1, 5))
@settings(max_examples=20, deadline=None)
def test_equal_rankings_become_that_ranking(ranking: list[str], people: int) -> None:
    assert merged([ranking] * people) == (ranking, 1.0)
    long = [f"{name}{n}" for n in range(3) for name in ranking]
    assert merged([long] * people) == (long, 1.0)


def test_each_example_is_merged_on_its_own() -> None:
    one, other = '["a","b"]', '["b","a"]'
    answers = said({1: {"x": one, "y": one, "z": other}, 2: {"x": one, "y": other}, 3: {"x": other}})
    assert list(merge_rankings(answers)) == [Merged(one, 0.666667), Merged(None, 0.5), Merged(other, 1.0)]


def test_of_many_things_equal_ones_are_a_tie() -> None:
    names = list("abcdefghij")
    assert merged([names, names[::-1]]) == (None, 0.5)


@pytest.mark.parametrize("value", [{"ranker": ["b", "a"]}, {"ranker": {"rank": ["b", "a"]}}])
def test_what_label_studio_ranks_is_read(value: Any) -> None:
    told = Question("q", "ranking").in_results([{"from_name": "q", "type": "ranker", "value": value}], "here")
    assert told is not None
    assert told.label == '["b","a"]'
    assert Question("q", "ranking").in_results([], "here") is None
    assert Question("q", "ranking").in_value(value["ranker"], "here") == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (["a", "a"], "no ranking"),
        ([1, 2], "no ranking"),
        ({"best": ["a"], "worst": ["b"]}, "no ranking"),
        ([str(n) for n in range(MOST_RANKED + 1)], "ranks 101 things"),
    ],
)
def test_what_is_no_ranking_is_refused_in_words(value: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        Question("q", "ranking").in_value(value, "here")
    assert caught.value.fix
