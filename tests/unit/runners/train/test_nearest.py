"""Hints: the nearest name first, then what there is."""

from runners.train.nearest import did_you_mean


def test_the_nearest_name_is_told_and_all_that_there_are() -> None:
    assert did_you_mean("learning_rat", ["max_depth", "learning_rate"]) == (
        "did you mean learning_rate? there are learning_rate, max_depth"
    )


def test_what_is_near_to_nothing_gets_the_list() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "there are a, b"
    assert did_you_mean("zzz", []) == "there are none"


def test_a_long_list_is_cut() -> None:
    assert did_you_mean("zzz", map(str, range(100))).endswith("and 70 more")
