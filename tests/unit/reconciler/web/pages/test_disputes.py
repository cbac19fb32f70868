"""Disputed examples: the worst first, each as people were shown it beside what they answered, in pages."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler.model.ids import Address
from reconciler.providers.memory.data import MemoryData
from reconciler.providers.memory.world import World
from reconciler.web.pages.disputes import PAGE, Disputes, disputes, is_picture
from reconciler.web.pages.outputs import Outputs
from reconciler.web.pages.rights import Seen
from tests.unit.reconciler.web.pages.conftest import DISPUTED, HOSTILE, LABELLED, Stage, document, leave

LOANS = Address("labels/loans")
Read = Callable[..., Disputes]


@pytest.fixture
def read(stage: Stage) -> Read:
    def of(
        files: Mapping[str, Any] | None = DISPUTED, page: str = "", facts: Mapping[str, Any] | None = None
    ) -> Disputes:
        data, one = MemoryData(World()), stage.following.environments["dev"]
        if files is not None:
            leave(data, files=files)
        if facts is not None:
            stage.tell(LOANS, document(**facts))
        return disputes(Seen(one.look(), one.source, one.status), LOANS, Outputs(lambda *_: data), page)

    return of


def test_an_example_stands_beside_what_each_person_said(read: Read) -> None:
    told = read()
    assert (told.run, told.page, told.pages, told.total) == (LABELLED, 1, 2, 12)
    first, second = told.shown[:2]
    assert (first.name, first.merged, first.confidence) == (HOSTILE, "a tie", 0.5)
    assert [(each.who, each.differs, len(each.marks)) for each in first.said] == [
        (HOSTILE, False, 1),
        ("ada", False, 0),
    ]
    assert first.row[0] == ("text", HOSTILE)
    assert (first.picture, first.sides) == ("0.png", (40, 20))
    assert [(each.who, each.words, each.differs) for each in second.said] == [
        ("ada", "late", False),
        ("ben", "lost", True),
    ]
    assert first.said[1].look == second.said[0].look, "a person has one colour"
    assert (second.row, second.picture) == ([], "")
    assert told.withheld == ["iban"]
    assert told.why == ""


@pytest.mark.parametrize(
    ("asked", "page"), [("2", 2), ("99", 2), ("0", 1), ("x", 1), ("-1", 1), ("9" * 30, 1), ("²", 1)]
)
def test_pages_are_turned_by_the_url(read: Read, asked: str, page: int) -> None:
    told = read(page=asked)
    assert (told.page, len(told.shown)) == (page, PAGE if page == 1 else 2)


def test_without_the_store_the_answers_stand_without_examples_and_why_is_said(read: Read) -> None:
    told = read(files=None)
    assert len(told.shown) == PAGE
    assert (
        told.why == f"the examples themselves aren't shown: the data store has no disputed/examples.json of {LABELLED}"
    )


def test_labels_that_were_refused_are_told_as_they_lie_in_the_store(read: Read) -> None:
    brief = [{"id": "0", "confidence": 0.5}]
    facts = {"run": LABELLED, "stage": "rejected", "version": "labels/loans/bbbbbbbbbbbb"}
    told = read(facts={**facts, "result": {"disputes": 12, "most_disputed": brief}})
    assert (told.run, told.total) == (LABELLED, 12)


def test_where_only_the_facts_tell_they_do_and_without_a_run_nothing(read: Read) -> None:
    facts = {"run": "labels/loans/bbbbbbbbbbbb", "stage": "rejected"}
    told = read(facts={**facts, "result": {"disputes": 9, "most_disputed": [{"id": 3, "confidence": 0.5}]}})
    assert ([one.name for one in told.shown], told.total) == (["3"], 9)
    assert read(facts={}).shown == []


def test_rows_are_not_shown_where_nothing_tells_what_is_sensitive(read: Read) -> None:
    told = read(files={**DISPUTED, "disputed/examples.json": {"withheld": None, "examples": []}})
    assert "datasets/loans" in told.why


@pytest.mark.parametrize("odd", [[], {"examples": 3}, {"examples": [3, {"id": {}}, {"row": []}], "withheld": 7}, "x"])
def test_what_a_job_left_takes_nothing_down(read: Read, odd: Any) -> None:
    assert len(read(files={**DISPUTED, "disputed/examples.json": odd}).shown) == PAGE


def test_where_people_answer_is_told(read: Read) -> None:
    facts = {"run": LABELLED, "version": LABELLED, "project": {"url": "https://labels.example/projects/3/data"}}
    assert read(facts=facts).project == "https://labels.example/projects/3/data"
    assert read(facts={**facts, "project": {"url": "javascript:alert(1)"}}).project == ""
    assert read(facts=facts).command == "", "these labels are of exports"


@pytest.mark.parametrize(
    ("file", "is_one"),
    [("0.png", True), ("12.jpeg", True), ("../0.png", False), ("0.svg", False), ("0.png.html", False)],
)
def test_pictures_are_told_by_their_names(file: str, is_one: bool) -> None:
    assert is_picture(file) is is_one
