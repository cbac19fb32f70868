"""What an answer of Label Studio marks."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.label.marks import Marking, marked, marked_in

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


def label(results: list[dict[str, Any]], marking: Marking, transcript: str | None = None) -> str:
    return marked_in(results, marking, "q", "e.json[0] task 100", transcript).label


def test_turned_boxes_are_outlines() -> None:
    size = {"original_width": 400, "original_height": 200}
    turned = item("rectanglelabels", {**BOX, "x": 50, "y": 50, "width": 25, "height": 25, "rotation": 90}) | size
    assert label([turned], "polygons") == '[["cat",0.5,0.5,0.5,1.0,0.375,1.0,0.375,0.5]]'
    with pytest.raises(InputError, match="picture's size isn't told"):
        label([item("rectanglelabels", {**BOX, "rotation": 90})], "polygons")
    ellipse = {"x": 50, "y": 50, "radiusX": 10, "radiusY": 20, "rotation": 0, "ellipselabels": ["cat"]}
    assert label([item("ellipselabels", ellipse)], "polygons").startswith('[["cat",0.6,0.5,')


def test_segments_have_what_is_written_of_them() -> None:
    spoken = {"start": 0.5, "end": 1.25, "channel": 0, "labels": ["speech"]}
    written = {"type": "textarea", "from_name": "words", "id": "r1", "value": {"text": [" hello "]}}
    told = [item("labels", spoken) | {"id": "r1"}, written, item("labels", {**spoken, "start": 2, "end": 3})]
    assert label(told, "segments", "words") == '[["speech",0.5,1.25,"hello"],["speech",2.0,3.0]]'
    assert label(told, "segments") == '[["speech",0.5,1.25],["speech",2.0,3.0]]'
    with pytest.raises(InputError, match="an answer to words is not one text"):
        label([*told, written], "segments", "words")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"start": "01/02/2026", "end": "02/02/2026"}, "told in dates of a format of its own"),
        ({"start": 3, "end": 3, "instant": True}, "is an instant"),
        ({"start": 3}, "none of segments"),
        ({"start": float("inf"), "end": 4}, "none of segments"),
    ],
)
def test_segments_of_no_numbers_or_no_length_are_refused(value: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        label([item("timeserieslabels", {**value, "timeserieslabels": ["run"]})], "segments")


def test_segments_may_be_told_in_dates() -> None:
    days = {"start": "2026-01-01", "end": "2026-01-02 00:00:30.5", "timeserieslabels": ["run"]}
    zoned = {"start": "2026-01-01T02:00:00+02:00", "end": "2026-01-02T00:00:30.5Z", "timeserieslabels": ["run"]}
    told = label([item("timeserieslabels", days)], "segments")
    assert told == label([item("timeserieslabels", zoned)], "segments") == '[["run",1767225600.0,1767312030.5]]'


def relation(begin: str, end: str, **more: Any) -> dict[str, Any]:
    return {"type": "relation", "from_id": begin, "to_id": end, "direction": "right", **more}


def test_relations_are_between_spans() -> None:
    bo, lima = (
        item("labels", value) | {"id": name} for name, value in (("1", SPAN), ("2", {**SPAN, "start": 11, "end": 15}))
    )
    assert label([bo, lima, relation("2", "1", labels=["of"])], "relations") == '[["of",11,15,0,2]]'
    assert label([bo, lima, relation("2", "1", direction="left")], "relations") == '[["related",0,2,11,15]]'
    assert label([bo, lima, relation("2", "1", direction="bi")], "relations") == '[["related",0,2,11,15]]'
    assert label([bo, relation("2", "1")], "relations") == "[]"
    assert label([], "relations") == "[]"
    with pytest.raises(InputError, match="labels that are no texts"):
        label([bo, lima, relation("2", "1", labels=[4])], "relations")
    with pytest.raises(InputError, match="no place in its text"):
        label([bo, item("labels", {**SPAN, "start": "x"}) | {"id": "2"}, relation("2", "1")], "relations")


@pytest.mark.parametrize(
    ("kind", "marking", "value"),
    [
        ("polygonlabels", "polygons", {"points": [[1, 2], [3]]}),
        ("polygonlabels", "polygons", {"points": [[1, 2], [3, True], [1, 3]]}),
        ("polygonlabels", "polygons", {"points": 4}),
        ("polygonlabels", "polygons", {}),
        ("brushlabels", "masks", {"rle": [256], "original_width": 1, "original_height": 1}),
        ("brushlabels", "masks", {"rle": "x", "original_width": 1, "original_height": 1}),
        ("brushlabels", "masks", {"rle": []}),
        ("keypointlabels", "points", {"x": 1}),
        ("keypointlabels", "points", {"x": 1, "y": float("nan")}),
    ],
)
def test_what_is_no_region_of_a_shape_is_refused(kind: str, marking: Marking, value: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"a region that is none of {marking}"):
        label([item(kind, {**value, kind: ["a"]})], marking)
