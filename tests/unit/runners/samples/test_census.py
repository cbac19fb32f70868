"""Census rows in SQLite."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runners.samples.census import CATEGORIES, COLUMNS, arrive, census


def rows_of(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_a_year_is_filled_with_the_columns_of_the_census(tmp_path: Path) -> None:
    path = tmp_path / "new" / "census.db"
    assert census(path, [2015], with_outcomes=True, rows=50) == 50
    assert tuple(row[1] for row in rows_of(path, "PRAGMA table_info(census)")) == COLUMNS
    kinds = ", ".join(f"typeof({name})" for name in ("id", "AGEP", *CATEGORIES, "year", "employed"))
    assert set(rows_of(path, f"SELECT {kinds} FROM census")) == {
        ("integer", "real", *["text"] * len(CATEGORIES), "integer", "integer")
    }


@pytest.mark.slow
def test_later_years_may_come_without_outcomes_which_arrive_later(tmp_path: Path) -> None:
    path = tmp_path / "census.db"
    census(path, [2015], rows=20)
    assert census(path, [2016, 2018], with_outcomes=False, rows=30) == 60
    assert rows_of(path, "SELECT year, count(*), count(employed) FROM census GROUP BY year") == [
        (2015, 20, 20),
        (2016, 30, 0),
        (2018, 30, 0),
    ]
    assert arrive(path, [2016]) == 30
    assert rows_of(path, "SELECT count(employed) FROM census WHERE year = 2018") == [(0,)]
    assert arrive(path) == 30


def test_outcomes_that_arrive_are_the_same_as_those_that_came_at_once(tmp_path: Path) -> None:
    census(tmp_path / "once.db", [2017], rows=40)
    census(tmp_path / "later.db", [2017], with_outcomes=False, rows=40)
    arrive(tmp_path / "later.db", [2017])
    query = "SELECT * FROM census ORDER BY id"
    assert rows_of(tmp_path / "once.db", query) == rows_of(tmp_path / "later.db", query)


@pytest.mark.slow
def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "census.db"
    census(path, [2016], with_outcomes=False, rows=10)
    arrive(path)
    before = rows_of(path, "SELECT * FROM census")
    assert census(path, [2016], with_outcomes=False, rows=10) == 0
    assert arrive(path) == 0
    assert rows_of(path, "SELECT * FROM census") == before


def test_a_year_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no census rows of 2014, 2020: there are 2015 to 2018"):
        census(tmp_path / "census.db", [2020, 2014, 2015])


def test_outcomes_need_a_table(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"runners\.samples census"):
        arrive(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
