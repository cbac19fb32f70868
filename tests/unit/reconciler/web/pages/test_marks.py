"""What annotators marked, as shapes and in words."""

from typing import Any

import pytest

from reconciler.web.pages.marks import marks_of, words_of

BOX = {"label": "cat", "left": 0.1, "top": 0.2, "right": 0.5, "bottom": 0.6}


def test_boxes_outlines_and_points_are_shapes_within_the_picture() -> None:
    outline = {"label": "dog", "points": [{"x": 0, "y": 0}, {"x": 2.0, "y": 0}, {"x": 0.5, "y": -1}]}
    box, shape, point = marks_of([BOX, outline, {"label": "eye", "x": 0.25, "y": 0.5}])
    assert box.path == "10,20 50,20 50,60 10,60"
    assert shape.path == "0,0 100,0 50,0"
    assert point.is_point
    assert not box.is_point


@pytest.mark.parametrize(
    "odd", ["late", 3, None, ["late"], [{}], [{**BOX, "left": "x"}], [{**BOX, "left": float("nan")}], [{"points": []}]]
)
def test_what_is_no_shape_is_none(odd: Any) -> None:
    assert marks_of(odd) == []


def test_answers_are_told_in_words() -> None:
    assert words_of("late") == "late"
    assert words_of(["late", "wet"]) == "late, wet"
    assert words_of([]) == "nothing"
    assert words_of([BOX]) == "cat at 10 %, 20 %, 40 by 40 %"
    assert words_of([{"label": "eye", "x": 0.25, "y": 0.5}]) == "eye at 25 %, 50 %"
    assert words_of([{"label": "cat", "width": 9, "height": 9, "runs": [1]}]) == "cat, a mask"
    assert words_of([{"label": "hum", "start": 0.5, "end": 2, "text": "hello"}]) == "hum “hello”"
    assert words_of([BOX] * 101).endswith("and 1 more")


def test_parts_of_a_text_are_quoted_by_the_unit_in_which_they_are_counted() -> None:
    span = [{"label": "PER", "start": 3, "end": 6}]
    assert words_of(span, "😀 Ada") == "PER “Ada”"
    assert words_of(span, "😀 Ada", in_utf_16=False) == "PER “da”"
    assert words_of(span) == "PER from 3 to 6"
    assert words_of([{"label": "PER", "start": -3, "end": 1e9}], "Ada") == "PER “Ada”"
