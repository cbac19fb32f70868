"""What an answer of Label Studio marks."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.label.marks import marked, marked_in

BOX = {"x": 10, "y": 20, "width": 20, "height": 40, "rotation": 0, "rectanglelabels": ["cat"]}
SPAN = {"start": 0, "end": 2, "text": "Bo", "labels": ["PER", "ORG"]}


def item(kind: str, value: Any, question: str = "q") -> dict[str, Any]:
    return {"from_name": question, "type": kind, "value": value}


def test_boxes_are_told_in_shares_and_spans_in_characters() -> None:
    assert marked_in([item("rectanglelabels", BOX)], "boxes", "q", "here").label == '[["cat",0.1,0.2,0.3,0.6]]'
    assert marked([SPAN], "spans", "q", "here").label == '[["ORG",0,2],["PER",0,2]]'


def test_who_marks_nothing_says_that_nothing_is_there() -> None:
    assert marked_in([item("choices", {}, "other")], "boxes", "q", "here").label == "[]"
    assert marked(None, "spans", "q", "here").label == "[]"


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([item("polygonlabels", {})], "q answers with polygonlabels, and the answers are boxes"),
        ([item("rectanglelabels", {**BOX, "rotation": 12})], "a box that is turned"),
        ([item("rectanglelabels", {**BOX, "x": True})], "a region that is none of boxes"),
        ([item("rectanglelabels", {**BOX, "x": "1"})], "a region that is none of boxes"),
        ([item("rectanglelabels", {**BOX, "x": float("nan")})], "a region that is none of boxes"),
        ([item("rectanglelabels", {**BOX, "rectanglelabels": [1]})], "a region that is none of boxes"),
        ([item("rectanglelabels", 4)], "a region that is none of boxes"),
    ],
)
def test_what_is_no_box_is_refused_in_words(results: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        marked_in(results, "boxes", "q", "e.json[0] task 100")
    assert caught.value.fix


def test_the_short_form_is_a_list() -> None:
    with pytest.raises(InputError, match="an answer to q is no list of spans"):
        marked("PER", "spans", "q", "here")
