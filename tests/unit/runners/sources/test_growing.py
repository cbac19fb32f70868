"""Growing tables of a database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.sources.cursors import OPEN
from runners.sources.growing import growing
from runners.sources.parameters import SqlSource
from runners.sources.watermarks import Watermark, from_json


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute('CREATE TABLE t (id INTEGER, "the time" INTEGER)')
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, 10), (2, 20), (3, 30), (4, None)])
        connection.commit()
        yield connection


def source(folder: Path, query: str = "SELECT * FROM t", **told: Any) -> SqlSource:
    incremental = {"watermark": "the time", "key": ["id"], **told}
    return SqlSource.model_validate({"url": f"sqlite:///{folder}/a.db", "query": query, "incremental": incremental})


def read(source: SqlSource, since: Watermark | None = None) -> tuple[dict[int, int], Watermark | None]:
    """Return whether each row is read again, and how far."""
    with growing(source, since) as growth:
        rows = [row for batch in growth.reading.batches for row in batch.to_pylist()]
    return {row["id"]: row[OPEN] for row in rows}, from_json(growth.read()["bound"])


def test_what_the_next_reading_brings_again_is_told_and_is_what_it_brings(
    tmp_path: Path, database: sqlite3.Connection
) -> None:
    first, bound = read(source(tmp_path, lag=10))
    assert (first, bound) == ({1: 0, 2: 1, 3: 1, 4: 1}, 20)
    database.execute("INSERT INTO t VALUES (5, 25)")
    database.commit()
    second, _ = read(source(tmp_path, lag=10), bound)
    assert second == {2: 1, 3: 1, 4: 1, 5: 1}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM t;",
        "SELECT * FROM t -- of all: %s %(a)s",
        "SELECT *, ':since' AS odd, '5%' AS share FROM t WHERE 'a' LIKE '%a' AND ':x' = ':x'",
        "WITH u AS (SELECT * FROM t) SELECT * FROM u",
    ],
)
def test_a_query_may_hold_what_others_take_for_parameters(tmp_path: Path, query: str) -> None:
    assert read(source(tmp_path, query), 30)[0] == {3: 1, 4: 1}


def test_all_keys_are_read_after_the_rows(tmp_path: Path) -> None:
    with growing(source(tmp_path), 30) as growth:
        assert sum(batch.num_rows for batch in growth.reading.batches) == 2
        batches = growth.keys()
        assert [row["id"] for batch in batches for row in batch.to_pylist()] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("told", "where"),
    [({"watermark": "when"}, "watermark"), ({"key": ["id", "b"]}, "key b"), ({"deleted": "gone"}, "deleted")],
)
def test_a_column_that_isnt_there_is_told(tmp_path: Path, told: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError, match="has no column") as caught:
        read(source(tmp_path, **told))
    assert caught.value.where == f"source.sql.incremental.{where}"


def test_an_empty_table_is_read_as_a_whole_the_next_time(tmp_path: Path, database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM t")
    database.commit()
    assert read(source(tmp_path)) == ({}, None)


def test_a_query_that_writes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read(source(tmp_path, "DELETE FROM t RETURNING *"))
