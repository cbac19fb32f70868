"""Outcomes are joined by identifier, from wherever a dataset could come from, and read as the dataset was."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.monitor.outcomes import read_outcomes
from runners.monitor.parameters import Outcomes
from runners.sources.parameters import FileSource, SqlSource
from runners.tables import ColumnReading, Reading

TRUTHS = ColumnReading("boolean", (False, True))
ANSWERS = ColumnReading("string", ("no", "yes"))


def reading(target: ColumnReading, identifier: ColumnReading | None = None) -> Reading:
    return Reading({"id": identifier or ColumnReading("integer"), "ill": target}, "id", "ill")


def warehouse(folder: Path, query: str = "SELECT id, ill FROM census") -> Outcomes:
    with closing(sqlite3.connect(folder / "w.db")) as database, database:
        database.execute("CREATE TABLE census (id INTEGER, ill BOOLEAN)")
        database.executemany("INSERT INTO census VALUES (?, ?)", [(1, 0), (2, 1), (3, None), (4, 1)])
    return Outcomes(sql=SqlSource(url=f"sqlite:///{folder}/w.db", query=query))


def told(folder: Path, *lines: str, **more: Any) -> Outcomes:
    (folder / "a.csv").write_text("id,ill\n" + "\n".join(lines) + "\n", "utf-8")
    return Outcomes(files=FileSource(url=(folder / "a.csv").as_uri(), format="csv"), **more)


def test_the_wanted_outcomes_are_read_from_a_database(tmp_path: Path) -> None:
    known = read_outcomes(warehouse(tmp_path), reading(TRUTHS), ["1", "2", "3", "9", None])
    assert (known.by_name, known.notes) == ({"1": False, "2": True}, [])


def test_the_last_of_several_outcomes_counts(tmp_path: Path) -> None:
    assert read_outcomes(told(tmp_path, "1,no", "1,yes", "1,"), reading(ANSWERS), ["1"]).by_name == {"1": "yes"}


@pytest.mark.parametrize(
    ("column", "texts", "expected"),
    [
        (TRUTHS, ("true", "FALSE"), (True, False)),
        (TRUTHS, ("1", "0"), (True, False)),
        (ColumnReading("integer", (0, 1)), ("1.0", "0"), (1, 0)),
        (ColumnReading("number"), ("1.0", "2e1"), (1.0, 20.0)),
        (ANSWERS, ("yes", "no"), ("yes", "no")),
    ],
)
def test_outcomes_are_read_as_the_target_was(
    tmp_path: Path, column: ColumnReading, texts: tuple[str, str], expected: tuple[Any, Any]
) -> None:
    source = told(tmp_path, f"1,{texts[0]}", f"2,{texts[1]}", "3,NULL", "4,")
    assert read_outcomes(source, reading(column), list("1234")).by_name == dict(zip("12", expected, strict=True))


def test_what_is_none_of_the_classes_is_refused_with_what_would_map_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_outcomes(told(tmp_path, "1,0", "2,1", "9,whatever"), reading(ANSWERS), ["1", "2"])
    assert refused.value.what == "outcomes hold 0, 1; the model knows no, yes"
    assert refused.value.where == "outcomes.classes"
    assert '{"0": a class of the model' in refused.value.fix


def test_an_outcome_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="outcomes hold high; ill is of the type number"):
        read_outcomes(told(tmp_path, "1,high"), reading(ColumnReading("number")), ["1"])


def test_outcomes_stand_for_the_classes_that_the_spec_names(tmp_path: Path) -> None:
    source = told(tmp_path, "1,0", "2, 1 ", "3,no", "4,NULL", classes={"0": "no", "1": "yes"})
    known = read_outcomes(source, reading(ANSWERS), list("1234"))
    assert known.by_name == {"1": "no", "2": "yes", "3": "no"}


def test_a_database_s_numbers_stand_for_classes_too(tmp_path: Path) -> None:
    source = warehouse(tmp_path).model_copy(update={"classes": {"0": "no", "1": "yes"}})
    assert read_outcomes(source, reading(ANSWERS), list("123")).by_name == {"1": "no", "2": "yes"}


def test_a_class_that_the_model_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="says that 0 is false; the model knows no, yes"):
        read_outcomes(told(tmp_path, "1,0", classes={"0": False}), reading(ANSWERS), ["1"])


def test_identifiers_are_read_by_their_type(tmp_path: Path) -> None:
    known = read_outcomes(told(tmp_path, "17.0,yes", " 18 ,no"), reading(ANSWERS), ["17", "18"])
    assert known.by_name == {"17": "yes", "18": "no"}


def test_a_join_that_finds_nothing_says_what_it_looked_for_and_saw(tmp_path: Path) -> None:
    source = told(tmp_path, "17.0,yes", "x,no")
    known = read_outcomes(source, reading(ANSWERS, ColumnReading("string")), ["a-17", None])
    assert known.notes == [
        "No identifier of the outcomes (id: 17.0, x) is one of those looked for (a-17): none is joined."
    ]
    assert read_outcomes(source, reading(ANSWERS), [None]).notes == [
        "No logged row tells its identifier id: outcomes can't be joined. Send it with each request."
    ]
    assert read_outcomes(told(tmp_path), reading(ANSWERS), ["1"]).notes == []


def test_sensitive_values_are_not_told(tmp_path: Path) -> None:
    hidden = ColumnReading("string", ("no", "yes"), is_sensitive=True)
    with pytest.raises(InputError) as refused:
        read_outcomes(told(tmp_path, "1,positive"), reading(hidden), ["1"])
    assert "positive" not in refused.value.what + refused.value.fix
    known = read_outcomes(told(tmp_path, "77,no"), reading(ANSWERS, ColumnReading("integer", (), True)), ["78"])
    assert "77" not in known.notes[0]
    assert "78" not in known.notes[0]


def test_outcomes_without_their_columns_are_refused(tmp_path: Path) -> None:
    source = warehouse(tmp_path, "SELECT id FROM census")
    with pytest.raises(InputError) as refused:
        read_outcomes(source, reading(TRUTHS), ["1"])
    assert refused.value.what == "the outcomes have no column ill; they have id"
    assert refused.value.where == "outcomes"


def test_an_identifier_that_is_a_date_is_read_as_its_column_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,ill\n03/02/2021,yes\n", "utf-8")
    files = FileSource(url=(tmp_path / "a.csv").as_uri(), format="csv", dates={"id": "%d/%m/%Y"})
    days = reading(ANSWERS, ColumnReading("datetime"))
    wanted = days.texts("id", ["2021-02-03"])
    assert read_outcomes(Outcomes(files=files), days, wanted).by_name == {wanted[0]: "yes"}
