"""Outcomes are joined by identifier, from wherever a dataset could come from."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from runners.contract import InputError
from runners.ingest.parameters import FileSource, Source, SqlSource
from runners.monitor.outcomes import read_outcomes


def warehouse(folder: Path, query: str = "SELECT id, employed FROM census") -> Source:
    with closing(sqlite3.connect(folder / "w.db")) as database, database:
        database.execute("CREATE TABLE census (id INTEGER, employed INTEGER)")
        database.executemany("INSERT INTO census VALUES (?, ?)", [(1, 0), (2, 1), (3, None), (4, 1)])
    return Source(sql=SqlSource(url=f"sqlite:///{folder}/w.db", query=query))


def test_the_wanted_outcomes_are_read_from_a_database(tmp_path: Path) -> None:
    assert read_outcomes(warehouse(tmp_path), "id", "employed", ["1", "2", "3", "9"]) == {"1": 0, "2": 1}


def test_the_last_of_several_outcomes_counts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,employed,more\n1,0,x\n1,1,y\n", "utf-8")
    source = Source(files=FileSource(url=tmp_path.as_uri(), format="csv"))
    assert read_outcomes(source, "id", "employed", ["1"]) == {"1": "1"}


def test_outcomes_without_their_columns_are_refused(tmp_path: Path) -> None:
    source = warehouse(tmp_path, "SELECT id FROM census")
    with pytest.raises(InputError) as told:
        read_outcomes(source, "id", "employed", ["1"])
    assert told.value.what == "the outcomes have no column employed; they have id"
    assert told.value.where == "outcomes"
