"""Sensitive columns: no value of theirs is in what a report is made of, and drift is as large as it was."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column
from runners.monitor.hiding import hidden, notes_of
from runners.tables import Reading
from runners.tables.reading import ColumnReading

COLUMNS = (Column("city", "category"), Column("age", "number"), Column("open", "category"))
READING = Reading(
    {
        "city": ColumnReading("string", is_sensitive=True),
        "age": ColumnReading("number", is_sensitive=True),
        "open": ColumnReading("string"),
    }
)
BEFORE = pd.DataFrame({"city": ["Ulm", "Ulm", "Bonn", np.nan], "age": [1.0, 2.0, 3.0, np.nan], "open": list("abab")})
NOW = pd.DataFrame({"city": ["Bonn", "Rome", "Rome", np.nan], "age": [2.0, 5.0, np.nan, 2.0], "open": list("aaaz")})


def test_values_are_told_by_others_and_gaps_stay() -> None:
    before, now = hidden(COLUMNS, READING, BEFORE, NOW)
    assert before["city"].astype(object).fillna("").tolist() == ["value 1", "value 1", "value 2", ""]
    assert now["city"].astype(object).fillna("").tolist() == ["value 2", "new value 1", "new value 1", ""]
    assert before["age"].tolist()[:3] == [-1.0, 0.0, 1.0]
    assert now["age"].fillna(99).tolist() == [0.0, 3.0, 99, 0.0]
    assert (now["open"].tolist(), BEFORE["city"].tolist()[0]) == (list("aaaz"), "Ulm")


def test_a_column_without_spread_or_values_is_no_reason_to_fail() -> None:
    same = pd.DataFrame({"city": [np.nan] * 2, "age": [7.0, 7.0], "open": ["a", "b"]})
    none = pd.DataFrame({"city": [np.nan] * 2, "age": [np.nan] * 2, "open": ["a", "b"]})
    assert hidden(COLUMNS, READING, same, NOW)[1]["age"].tolist()[0] == -5.0
    assert hidden(COLUMNS, READING, none, none)[0]["age"].isna().all()
    assert hidden(COLUMNS, READING, none, NOW)[1]["age"].fillna(99).tolist() == [0.0, 0.0, 99, 0.0]


def test_the_report_says_how_they_are_told() -> None:
    assert [note.split(":")[0] for note in notes_of(COLUMNS, READING)] == [
        "The column city is sensitive",
        "The column age is sensitive",
    ]
    assert not list(notes_of(COLUMNS[2:], READING))


@pytest.mark.parametrize("columns", [(), COLUMNS[2:]])
def test_what_isn_t_sensitive_is_left_as_it_is(columns: tuple[Column, ...]) -> None:
    before, now = hidden(columns, READING, BEFORE, NOW)
    pd.testing.assert_frame_equal(before, BEFORE)
    pd.testing.assert_frame_equal(now, NOW)
