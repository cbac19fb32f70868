"""One value has one reading, whoever spells it."""

import json
from typing import Any

import pyarrow as pa
import pytest

from runners.tables import ColumnReading, Reading
from runners.tables.reading import as_json, from_json
from runners.tables.types import Spellings

READING = Reading(
    {
        "id": ColumnReading("integer"),
        "name": ColumnReading("string"),
        "ill": ColumnReading("boolean", (False, True)),
        "grade": ColumnReading("string", ("bad", "good"), is_sensitive=True),
        "level": ColumnReading("integer", (0, 1)),
        "share": ColumnReading("number"),
        "since": ColumnReading("datetime", is_training_only=True),
    },
    identifier="id",
    target="ill",
)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("id", [17, "17", 17.0, "17.0", " 17 ", "+17", None, "NULL"], [17] * 6 + [None] * 2),
        ("id", [17.0, float("nan")], [17, None]),
        ("id", pa.chunked_array([["1"], ["2"]]), [1, 2]),
        ("ill", [True, "true", "TRUE", "1", "yes", "t", "False", "0", "", "NA"], [True] * 6 + [False] * 2 + [None] * 2),
        ("ill", [1, 0, None], [True, False, None]),
        ("ill", [1.0, 0.0], [True, False]),
        ("name", [17, 17.0, "17"], ["17", "17", "17"]),
        ("name", [17.0, 18.0], ["17", "18"]),
        ("name", ["NA", ""], ["NA", ""]),
        ("share", ["0.5", 0.5, "1e-1", "-"], [0.5, 0.5, 0.1, None]),
    ],
)
def test_a_value_has_one_reading_however_it_is_spelled(name: str, values: Any, expected: list[Any]) -> None:
    read = READING.read(name, values)
    assert read.listed == expected
    assert read.misfits.true_count == 0


def test_what_does_not_fit_is_marked_and_missing() -> None:
    read = READING.read("id", ["1", "x", "2.5", None])
    assert read.listed == [1, None, None, None]
    assert read.misfits.to_pylist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("name", "values", "expected", "misfits"),
    [
        ("grade", ["good", "NULL", "", "better", None], ["good", None, None, None, None], [3]),
        ("level", ["1", 0, 2, "0.0"], [1, 0, None, 0], [2]),
        ("ill", ["perhaps", "no"], [None, False], [0]),
        ("name", ["anything", "NULL"], ["anything", "NULL"], []),
    ],
)
def test_a_class_is_one_of_the_columns_own(
    name: str, values: list[Any], expected: list[Any], misfits: list[int]
) -> None:
    read = READING.classes(name, values)
    assert read.listed == expected
    assert [place for place, is_misfit in enumerate(read.misfits.to_pylist()) if is_misfit] == misfits


def test_a_category_that_looks_like_a_blank_is_none() -> None:
    reading = Reading({"country": ColumnReading("string", ("DE", "NA"))})
    assert reading.classes("country", ["NA", "NULL"]).listed == ["NA", None]


def test_equal_values_have_equal_texts() -> None:
    assert READING.texts("id", ["17.0", 17, "017", None]) == ["17", "17", "17", None]


def test_a_reading_goes_through_json() -> None:
    assert from_json(json.loads(json.dumps(as_json(READING)))) == READING
    own = Reading({"a": ColumnReading("boolean")}, spellings=Spellings(("?",), {"oui": True, "non": False}))
    again = from_json(json.loads(json.dumps(as_json(own))))
    assert again.read("a", ["oui", "NON", "?", "yes"]).listed == [True, False, None, None]


@pytest.mark.parametrize(
    "told", [None, [], {}, {"format": 2}, {"format": 1}, {**as_json(READING), "columns": {"a": {"type": "text"}}}]
)
def test_what_is_no_reading_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match=r"format|can't be understood|no type"):
        from_json(told)


def test_some_columns_are_taken_and_strangers_passed_over() -> None:
    assert set(READING.take(["id", "gone"]).columns) == {"id"}


def test_sensitive_values_are_never_shown() -> None:
    assert READING.shown("grade", ["bad", "good"]) == "2 values of a sensitive column"
    assert READING.shown("name", ["a", "b", "c"], most=2) == "a, b, …"
    assert len(READING.shown("name", ["x" * 100])) == 40


def test_a_column_of_training_alone_is_told_and_no_other_reading_changes() -> None:
    assert READING.training_only == {"since"}
    told = as_json(READING)["columns"]
    assert [name for name, column in told.items() if "environments" in column] == ["since"]
    assert from_json(as_json(READING)).training_only == {"since"}
