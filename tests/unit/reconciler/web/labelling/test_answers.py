"""What is filled in becomes Label Studio's results, and the other way round."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.kinds.label_config import Wanted, compact
from reconciler.web.labelling.answers import LONGEST, Mistake, fields_of, results_of
from reconciler.web.labelling.questions import Form, form_of
from runners.label.questions import Question

SOUND = """<View><Audio name="a" value="$a"/>
<Labels name="q" toName="a"><Label value="hm"/></Labels><TextArea name="t" toName="a"/></View>"""
MIXED = """<View><Text name="x" value="$x"/><Rating name="stars" toName="x" maxRating="3"/>
<Number name="n" toName="x" min="0" max="10"/><Pairwise name="p" toName="x,x"/><TextArea name="t" toName="x"/></View>"""


def form(answer: str, media: str, *choices: str) -> Form:
    return form_of(compact(Wanted("q", "c", media, answer, choices or None, None)))


def test_one_choice_and_several() -> None:
    one = form("label", "text", "spam", "ham")
    (result,) = results_of(one, {"q": ["ham"]}, {})
    assert (result["from_name"], result["to_name"], result["type"]) == ("q", "c", "choices")
    assert result["value"] == {"choices": ["ham"]}
    several = form("labels", "text", "a", "b", "c")
    assert results_of(several, {"q": ["c", "a"]}, {})[0]["value"] == {"choices": ["a", "c"]}


def test_stars_numbers_comparisons_and_texts() -> None:
    fields = {"stars": ["3"], "n": ["2,5"], "p": ["tie"], "t": [" two\r\nlines "]}
    told = {one["from_name"]: one["value"] for one in results_of(form_of(MIXED), fields, {})}
    assert told == {
        "stars": {"rating": 3},
        "n": {"number": 2.5},
        "p": {"selected": "tie"},
        "t": {"text": ["two\nlines"]},
    }


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({}, "nothing is answered yet"),
        ({"stars": ["4"]}, "stars offers no 4"),
        ({"p": ["both"]}, "p offers no both"),
        ({"n": ["11"]}, "n is 11, and it goes from 0 to 10"),
        ({"n": ["nan"]}, "nan is no number"),
        ({"n": ["1e999"]}, "is no number"),
        ({"t": ["x" * (LONGEST + 1)]}, "20,001 characters"),
    ],
)
def test_what_is_no_answer_says_why(fields: dict[str, list[str]], what: str) -> None:
    with pytest.raises(Mistake, match=what):
        results_of(form_of(MIXED), fields, {})


def test_an_answer_that_is_needed_and_one_that_nobody_offered() -> None:
    asked = form("label", "text", "spam", "ham")
    with pytest.raises(Mistake, match="q has no answer yet: choose, or skip the task"):
        results_of(asked, {}, {})
    with pytest.raises(Mistake, match="offers no eggs"):
        results_of(asked, {"q": ["eggs"]}, {})
    with pytest.raises(Mistake, match="takes one choice, and there are 2"):
        results_of(asked, {"q": ["spam", "ham"]}, {})


NAMES = ("x", "y", "width", "height", "label")


def boxes(*rows: tuple[str, str, str, str, str]) -> dict[str, list[str]]:
    columns = list(zip(*rows, strict=True))
    return {f"q.{name}": list(column) for name, column in zip(NAMES, columns, strict=True)}


def test_boxes_are_rows_of_which_empty_ones_are_none() -> None:
    asked = form("boxes", "image", "cat", "dog")
    fields = boxes(("10", "20", "30", "40", "dog"), ("", "", "", "", "cat"))
    (result,) = results_of(asked, fields, {})
    value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["dog"]}
    assert result["value"] == value
    assert results_of(asked, boxes(("", "", "", "", "cat")), {}) == []
    assert results_of(asked, {}, {}) == []


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("90", "0", "20", "10", "cat"), "isn't within the picture"),
        (("-1", "0", "20", "10", "cat"), "isn't within the picture"),
        (("1", "0", "0", "10", "cat"), "isn't within the picture"),
        (("1", "", "5", "10", "cat"), "is no number"),
        (("1", "1", "5", "10", "bird"), "has no label"),
    ],
)
def test_a_box_that_is_none_says_why(row: tuple[str, str, str, str, str], what: str) -> None:
    with pytest.raises(Mistake, match=what):
        results_of(form("boxes", "image", "cat"), boxes(row), {})


def test_columns_of_places_that_differ_and_too_many_places() -> None:
    asked = form("boxes", "image", "cat")
    with pytest.raises(Mistake, match="told in part"):
        results_of(asked, {**boxes(("1", "1", "1", "1", "cat")), "q.x": []}, {})
    with pytest.raises(Mistake, match="501 places"):
        results_of(asked, boxes(*[("1", "1", "1", "1", "cat")] * 501), {})


def test_stretches_of_a_recording() -> None:
    asked = form_of(SOUND)
    (result,) = results_of(asked, {"q.start": ["0.5"], "q.end": ["2"], "q.label": ["hm"]}, {})
    assert result["value"] == {"start": 0.5, "end": 2, "channel": 0, "labels": ["hm"]}
    with pytest.raises(Mistake, match="ends before it begins"):
        results_of(asked, {"q.start": ["2"], "q.end": ["2"], "q.label": ["hm"]}, {})


def span(start: int, end: int) -> dict[str, list[str]]:
    return {"q.start": [str(start)], "q.end": [str(end)], "q.label": ["who"]}


def test_a_span_is_counted_as_browsers_show_the_text() -> None:
    """A line's end is one character there, and a letter beyond the first plane of Unicode is two."""
    asked, text = form("spans", "text", "who"), "\r\n😀 Ada\r\nmet Ben"
    (result,) = results_of(asked, span(4, 7), {"c": text})
    assert result["value"] == {"start": 5, "end": 8, "text": "Ada", "labels": ["who"]}
    (whole,) = results_of(asked, span(0, 15), {"c": text})
    assert whole["value"]["text"] == text
    for start, end in ((3, 3), (0, 16), (5, 4)):
        with pytest.raises(Mistake, match="isn't within the text: it has 15 characters"):
            results_of(asked, span(start, end), {"c": text})


@given(st.text(max_size=30), st.data())
def test_a_span_comes_back_as_it_was_filled_in(text: str, data: st.DataObject) -> None:
    asked = form("spans", "text", "who")
    shown = len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2
    if shown == 0:
        return
    start = data.draw(st.integers(0, shown - 1))
    end = data.draw(st.integers(start + 1, shown))
    results = results_of(asked, span(start, end), {"c": text})
    assert fields_of(asked, results, {"c": text}) == span(start, end)


def test_what_was_answered_fills_the_form_again() -> None:
    fields = {"stars": ["3"], "n": ["2.5"], "p": ["tie"], "t": ["two\nlines"]}
    asked = form_of(MIXED)
    assert fields_of(asked, results_of(asked, fields, {}), {}) == fields
    marked, rows = form("boxes", "image", "cat"), boxes(("1.5", "2", "3", "4", "cat"))
    assert fields_of(marked, results_of(marked, rows, {}), {}) == rows


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {"choices": "spam"},
        {"choices": ["eggs"]},
        {"x": "1", "y": 1, "width": 1, "height": 1, "rectanglelabels": ["cat"]},
        {"x": True, "y": 1, "width": 1, "height": 1, "rectanglelabels": ["cat"]},
        {"x": 1, "y": 1, "width": 1, "height": 1, "rectanglelabels": "cat"},
        {"start": 0, "end": 99, "labels": ["who"]},
    ],
)
def test_what_others_wrote_into_results_fills_nothing(value: Any) -> None:
    told = [{"from_name": "q", "value": value}, "nonsense", {"from_name": "other"}]
    for asked in (
        form("label", "text", "spam"),
        form("boxes", "image", "cat"),
        form("spans", "text", "who"),
    ):
        assert fields_of(asked, told, {"c": "short"}) == {}


@pytest.mark.parametrize(
    ("answer", "media", "fields", "label"),
    [
        ("label", "text", {"q": ["spam"]}, "spam"),
        ("labels", "text", {"q": ["ham", "spam"]}, None),
        ("boxes", "image", boxes(("1", "2", "3", "4", "spam")), None),
        ("spans", "text", {"q.start": ["1"], "q.end": ["3"], "q.label": ["spam"]}, None),
        ("text", "text", {"q": ["a word"]}, "a word"),
    ],
)
def test_the_job_that_merges_understands_each_answer(
    answer: Any, media: str, fields: dict[str, list[str]], label: str | None
) -> None:
    asked = form(answer, media, *(() if answer == "text" else ("spam", "ham")))
    results = results_of(asked, fields, {"c": "a text"})
    said = Question("q", answer).in_results(results, "here")
    assert said is not None
    assert said.label == label if label else "spam" in said.label
