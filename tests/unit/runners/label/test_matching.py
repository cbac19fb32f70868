"""Which example an answer is of, and which answers are the truth."""

from typing import Any

import pytest

from runners.label.answers import Answers
from runners.label.examples import Examples
from runners.label.matching import match, names_of
from runners.label.questions import Answer, Answered


def examples(*names: str) -> Examples:
    found = Examples("id")
    for name in names:
        found.add(name)
    return found


def answer(example: str, who: str, label: str, given: str = "", **more: Any) -> Answered:
    return Answered(f"task {example}", "p.json", {"id": example}, (Answer(who, label, given, **more),))


def told(answers: Answers) -> dict[Any, dict[str, str]]:
    return {example: dict(answers.of(place)) for place, example in enumerate(answers.examples)}


def test_answers_are_in_the_order_of_the_dataset_and_the_last_of_an_annotator_counts() -> None:
    given = [
        answer("2", "ann", "late", "b"),
        answer("2", "ann", "early", "a"),
        answer("1", "bo", "x"),
        answer("9", "bo", "x"),
    ]
    found = match(given, examples("1", "2", "3"))
    assert told(found.answers) == {"1": {"bo": "x"}, "2": {"ann": "late"}}
    assert (found.answers.examples, found.answers.labels) == (["1", "2"], ["late", "x"])
    assert found.strays == ("task 9",)


def test_of_answers_given_at_one_time_the_last_that_is_told_counts() -> None:
    given = [answer("1", "ann", label, "2026-01-01") for label in "xyz"]
    assert told(match(given, examples("1")).answers) == {"1": {"ann": "z"}}


def test_no_answer_at_all_is_matched() -> None:
    found = match([answer("9", "bo", "x")], examples("1"))
    assert (told(found.answers), len(found.answers), found.strays) == ({}, 0, ("task 9",))


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ([("p.json", "1"), ("p.json", "2")], ["1", "2"]),
        ([("ann.json", "1"), ("bo.json", "1")], ["ann", "bo"]),
        ([("ann/p.json", "1"), ("bo/p.json", "1")], ["ann/p.json", "bo/p.json"]),
        ([("p.json", "1"), ("q.json", "1"), ("q.json", "2")], ["1", "1", "2"]),
    ],
)
def test_files_tell_annotators_apart_who_are_all_user_one(people: list[tuple[str, str]], names: list[str]) -> None:
    assert names_of(people) == names


def test_answers_of_one_person_in_two_files_are_one_persons() -> None:
    given = [answer("1", "ann", "old", "a"), answer("1", "ann", "new", "b")._replace(source="q.json")]
    given.append(answer("1", "bo", "new", "b"))
    assert told(match(given, examples("1")).answers) == {"1": {"ann": "new", "bo": "new"}}


def test_truths_are_told_and_those_that_differ_clash() -> None:
    given = [
        answer("1", "ann", "x", is_truth=True),
        answer("1", "bo", "x", is_truth=True),
        answer("2", "ann", "x", is_truth=True),
        answer("2", "bo", "y", is_truth=True),
    ]
    found = match(given, examples("1", "2"))
    assert (found.truths, found.clashes) == ({"1": "x"}, ("2",))


def test_the_scale_is_one_that_holds_for_all() -> None:
    given = [answer("1", "ann", "4", scale="ordinal"), answer("2", "ann", "5", scale="interval")]
    assert match(given, examples("1", "2")).scale == "ordinal"
