"""Answers as columns."""

from random import Random

import numpy as np
import pytest

from runners.label.answers import answers_of, pairs_within
from tests.unit.runners.label.conftest import said


def test_rows_in_any_order_are_sorted_and_names_that_nobody_has_are_left_out() -> None:
    places = np.array([[2, 0, 2], [1, 1, 0], [0, 1, 0]])
    answers = answers_of(["x", "never", "y"], ["bo", "ann"], ["no", "yes", "unsaid"], places)
    assert (answers.examples, answers.annotators, answers.labels) == (["x", "y"], ["ann", "bo"], ["no", "yes"])
    assert [answers.of(place) for place in (0, 1)] == [{"ann": "yes"}, {"ann": "no", "bo": "no"}]


def test_one_name_at_two_places_is_one_name() -> None:
    answers = answers_of(["x"], ["ann", "ann"], ["no", "no"], np.array([[0, 0], [0, 1], [1, 0]]))
    assert (answers.annotators, answers.labels, answers.label.tolist()) == (["ann"], ["no"], [0, 0])


def test_votes_are_counted_by_example_and_by_label() -> None:
    answers = said({"x": {"a": "1", "b": "2", "c": "1"}, "y": {"b": "2"}})
    assert answers.votes().tolist() == [3, 1]
    tally = answers.tally()
    told = list(zip(tally.example.tolist(), tally.label.tolist(), tally.votes.tolist(), strict=True))
    assert told == [(0, 0, 2), (0, 1, 1), (1, 1, 1)]


def test_some_rows_are_answers_of_their_own() -> None:
    answers = said({"x": {"a": "1", "b": "2"}, "y": {"b": "2"}})
    some = answers.where(answers.annotator == 1)
    assert (some.examples, some.annotators, some.labels, len(some)) == (["x", "y"], ["b"], ["2"], 2)


@pytest.mark.parametrize("seed", range(5))
def test_every_two_answers_to_one_example_are_a_pair(seed: int) -> None:
    chance = Random(seed)
    answers = said({n: {who: chance.choice("xy") for who in "abcde" if chance.random() < 0.6} for n in range(30)})
    found = {(int(left), int(right)) for pairs in pairs_within(answers) for left, right in zip(*pairs, strict=True)}
    rows = range(len(answers))
    assert found == {(i, j) for i in rows for j in rows if i < j and answers.example[i] == answers.example[j]}


def test_no_answers_are_answers() -> None:
    nothing = said({})
    assert (len(nothing), nothing.votes().tolist(), nothing.tally().votes.tolist()) == (0, [], [])
    assert list(pairs_within(nothing)) == []
