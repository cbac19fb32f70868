"""Texts: how alike they are, and which of several is nearest to all."""

from random import Random

import pytest
from nltk.metrics import edit_distance

from runners.contract import InputError
from runners.label.texts import MOST_WORDS, errors_of, likeness_of, merge_texts, words_in
from tests.unit.runners.label.conftest import said


@pytest.mark.parametrize("seed", range(10))
def test_errors_are_levenshteins(seed: int) -> None:
    chance = Random(seed)
    left, right = ([chance.choice("abcd") for _ in range(chance.randint(0, 12))] for _ in range(2))
    assert errors_of(left, right) == edit_distance(left, right)
    assert likeness_of(left, right) == likeness_of(right, left)


def test_texts_are_alike_by_the_words_of_the_longer_one() -> None:
    assert likeness_of(words_in("the cat  sat"), words_in("the cat sat")) == 1
    assert likeness_of(words_in("the cat sat"), words_in("the cat sat down")) == 0.75
    assert likeness_of([], []) == 1
    assert likeness_of([], ["a"]) == 0


def test_the_text_nearest_to_all_is_taken() -> None:
    told = {"a": "the cat sat", "b": "the cat sat", "c": "the bat sat down"}
    (merged,) = merge_texts(said({1: told}))
    assert (merged.label, merged.confidence) == ("the cat sat", pytest.approx((1 + 1 + 0.5) / 3, abs=1e-6))


def test_two_who_differ_have_no_text() -> None:
    merged = merge_texts(said({1: {"a": "the cat", "b": "the bat"}, 2: {"a": "x", "b": "x"}, 3: {"a": "y"}}))
    assert [(one.label, one.confidence) for one in merged] == [(None, 0.75), ("x", 1.0), ("y", 1.0)]


def test_a_text_between_others_is_nearer_to_both() -> None:
    merged = merge_texts(said({1: {"a": "one two three", "b": "one two four", "c": "one five four"}}))
    assert [one.label for one in merged] == ["one two four"]


def test_very_long_texts_are_refused() -> None:
    with pytest.raises(InputError, match="2,001 words"):
        words_in("a " * (MOST_WORDS + 1))
