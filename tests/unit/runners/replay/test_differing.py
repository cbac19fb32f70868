"""Answers that differ, and by how much: exact where it can be, and as often right as it says."""

import numpy as np
import pytest

from runners.replay.differing import are_other, by_class, shift


def test_classes_differ_where_they_are_not_equal() -> None:
    assert are_other(["a", "b", 1, 1.0], ["a", "c", 1, 1]).tolist() == [False, True, False, False]


@pytest.mark.parametrize(("tolerance", "found"), [(0.0, [False, True, True, True]), (0.5, [False, False, True, True])])
def test_numbers_differ_beyond_what_is_tolerated(tolerance: float, found: list[bool]) -> None:
    before, after = [1.0, 1.0, 1.0, 1.0], [1.0 + 1e-9, 1.4, 2.0, float("nan")]
    assert are_other(before, after, tolerance).tolist() == found


def test_what_answers_become_is_told_by_class() -> None:
    found = by_class(["a"] * 6 + ["b"] * 2, ["a"] * 3 + ["b"] * 2 + ["c"] + ["b"] * 2, 0.95)
    assert [(one["class"], one["differing"]["value"], one["becomes"]) for one in found] == [
        ("a", 0.5, [["b", 2], ["c", 1]]),
        ("b", 0.0, []),
    ]
    assert found[0]["differing"]["count"] == 6


def test_a_shift_is_told_by_its_mean_and_its_spread() -> None:
    found = shift(np.zeros(5), np.array([0.0, 1.0, 2.0, 3.0, 4.0]), 0.95)
    assert (found["mean"]["value"], found["quantiles"]["0.5"], found["largest"], found["absolute"]) == (2, 2, 4, 2)
    assert found["mean"]["low"] < 2 < found["mean"]["high"]


def test_of_one_difference_no_interval_is_told_and_of_none_nothing() -> None:
    assert shift(np.zeros(1), np.ones(1), 0.95)["mean"] == {"value": 1.0, "low": None, "high": None, "count": 1}
    assert shift(np.zeros(1), np.array([np.nan]), 0.95)["mean"]["value"] is None


def test_the_bounds_of_a_mean_are_right_as_often_as_they_say() -> None:
    generator = np.random.default_rng(3)
    means = [shift(np.zeros(200), generator.exponential(1.0, 200) - 1.0, 0.95)["mean"] for _ in range(1000)]
    assert 0.91 < np.mean([one["high"] >= 0 for one in means]) < 0.97
    assert 0.92 < np.mean([one["low"] <= 0 for one in means]) < 0.99
