"""Campaigns: whose answers count, and which examples deserve another one."""

from runners.label.campaigns import counted, item_of, unsure
from runners.label.merging import by_majority
from runners.label.parameters import Asked
from runners.label.questions import Answer, Answered
from tests.unit.runners.label.conftest import said

ASKED = Asked(question="q", answers=2, at_most=3)


def test_examples_with_too_few_answers_and_doubtful_ones_deserve_another() -> None:
    told = {
        "sure": {"a": "x", "b": "x"},
        "few": {"a": "x"},
        "tie": {"a": "x", "b": "y"},
        "full": {"a": "x", "b": "y", "c": "z"},
    }
    answers = said(told)
    found = unsure(ASKED, answers, by_majority(answers), 0.7)["unsure"]
    assert sorted(found) == sorted(map(item_of, ("few", "tie")))
    assert unsure(None, answers, by_majority(answers), 0.7) == {}


def test_numbers_and_their_texts_are_the_same_item() -> None:
    assert item_of(7) == item_of("7") != item_of("07")
    assert len(item_of("é")) == 12


def test_only_the_answers_that_count_are_counted() -> None:
    given = [
        Answered("1", "f", {"id": 1}, (Answer("Ada@x.org", "spam", ""), Answer("ben@x.org", "ham", ""))),
        Answered("2", "f", {"id": 2}, (Answer("ben@x.org", '["old","new"]', ""),)),
    ]

    def kept(**more: object) -> list[list[str]]:
        asked = Asked.model_validate({"question": "q", **more})
        return [[answer.annotator for answer in task.answers] for task in counted(given, asked)]

    assert kept() == [["Ada@x.org", "ben@x.org"], ["ben@x.org"]]
    assert kept(annotators=["ada@x.org"]) == [["Ada@x.org"]]
    assert kept(retired=["old", "ham"]) == [["Ada@x.org"]]
    assert list(counted(given, None)) == given
