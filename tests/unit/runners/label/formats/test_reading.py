"""What readers of formats share."""

import pytest

from runners.contract import InputError
from runners.label.formats.reading import Part, annotator_of, answered, json_in, lines_of, number, size, text_in
from runners.label.questions import Question


@pytest.mark.parametrize(
    ("name", "annotator"),
    [
        ("bo/labels/train/1.txt", "bo"),
        ("labels/1.txt", ""),
        ("Annotations/bo/1.xml", "bo"),
        ("1.xml", ""),
    ],
)
def test_an_annotator_is_a_folder_that_the_format_has_not(name: str, annotator: str) -> None:
    assert annotator_of(name) == annotator


def test_lines_end_where_a_line_ends() -> None:
    assert lines_of("a\u2028b\r\nc\x85d\n") == ["a\u2028b", "c\x85d", ""]


def test_texts_are_in_any_encoding_of_unicode() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert text_in("a", "fünf".encode(encoding)) == "fünf"
    assert json_in("a", '["fünf"]'.encode("utf-16")) == ["fünf"]
    with pytest.raises(InputError, match="no UTF-8 text"):
        text_in("a", b"f\xfcnf")


@pytest.mark.parametrize("value", ["x", None, "nan", "inf", True, [1], 1e300, 10**400])
def test_what_is_no_number_is_told(value: object) -> None:
    with pytest.raises(InputError, match="which is no number"):
        number(value, "the width", "a")


def test_a_size_is_above_nothing() -> None:
    assert (number("1.5", "it", "a"), size(3, "it", "a")) == (1.5, 3)
    with pytest.raises(InputError, match="it is -1, so that no box can be told in shares"):
        size("-1", "it", "a")


def test_a_part_without_a_label_is_no_answer_where_one_is_asked_for() -> None:
    part = Part("a:1", {}, [], [])
    assert answered("bo.json", "", part, Question("", "label")) is None
    found = answered("bo.json", "", part, Question("", "labels"))
    assert found is not None
    assert (found.answers[0].annotator, found.answers[0].label) == ("bo", "[]")
