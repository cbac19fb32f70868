"""Which example an answer is of, and which answers are the truth."""

from typing import Any

from runners.label.examples import Examples
from runners.label.exports import Answer
from runners.label.matching import Matched, match


def examples(*names: str) -> Examples:
    found = Examples("id")
    for name in names:
        found.add(name)
    return found


def answer(example: str, who: str, label: str, given: str = "", **more: Any) -> Answer:
    return Answer(f"task {example}", {"id": example}, who, label, given, **more)


def test_answers_are_in_the_order_of_the_dataset_and_the_last_of_an_annotator_counts() -> None:
    given = [
        answer("2", "ann", "late", "b"),
        answer("2", "ann", "early", "a"),
        answer("1", "bo", "x"),
        answer("9", "bo", "x"),
    ]
    found = match(given, examples("1", "2", "3"))
    assert found == Matched({"1": {"bo": "x"}, "2": {"ann": "late"}}, strays=("task 9",))
    assert list(found.answers) == ["1", "2"]


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
