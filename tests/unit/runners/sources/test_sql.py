"""Rows of a database."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from runners.contract import InputError, SourceUnavailable
from runners.sources.parameters import SqlSource
from runners.sources.reading import BATCH_ROWS
from runners.sources.sql import read_sql


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return an open SQLite database with a table of people."""
    with closing(sqlite3.connect(tmp_path / "people.db")) as connection:
        connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, height REAL)")
        connection.executemany("INSERT INTO people VALUES (?, ?, ?)", [(1, "Ann", 1.7), (2, "Bo", None)])
        connection.commit()
        yield connection


def source(folder: Path, query: str = "SELECT * FROM people ORDER BY id") -> SqlSource:
    return SqlSource(url=f"sqlite:///{folder}/people.db", query=query)


@pytest.mark.usefixtures("database")
def test_rows_come_typed_and_in_their_order(tmp_path: Path) -> None:
    reading = read_sql(source(tmp_path))
    rows = [row for batch in reading.batches for row in batch.to_pylist()]
    assert rows == [{"id": 1, "name": "Ann", "height": 1.7}, {"id": 2, "name": "Bo", "height": None}]
    assert not reading.is_text


def test_a_long_table_comes_in_batches(tmp_path: Path, database: sqlite3.Connection) -> None:
    database.executemany("INSERT INTO people (id) VALUES (?)", [(n,) for n in range(3, BATCH_ROWS + 4)])
    database.commit()
    assert [batch.num_rows for batch in read_sql(source(tmp_path)).batches] == [0, BATCH_ROWS, 3]


@pytest.mark.usefixtures("database")
def test_an_empty_answer_has_its_columns(tmp_path: Path) -> None:
    batches = list(read_sql(source(tmp_path, "SELECT id, name FROM people WHERE id > 9")).batches)
    assert [(batch.num_rows, batch.schema.names) for batch in batches] == [(0, ["id", "name"])]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC * FROM people", "syntax error"),
        ("SELECT * FROM persons", "no such table: persons"),
        ("SELECT age FROM people", "no such column: age"),
        ("SELECT id, id FROM people", "two columns are called id"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
    ],
)
def test_a_wrong_query_needs_a_person(tmp_path: Path, query: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        list(read_sql(source(tmp_path, query)).batches)
    assert caught.value.where == "source.sql.query"


def test_a_query_writes_nothing(tmp_path: Path, database: sqlite3.Connection) -> None:
    for query in ("DELETE FROM people", "DROP TABLE people", "DELETE FROM people RETURNING id"):
        with pytest.raises(InputError, match="a query of a source only reads, and this one writes") as caught:
            list(read_sql(source(tmp_path, query)).batches)
        assert "write one SELECT" in caught.value.fix
    assert database.execute("SELECT count(*) FROM people").fetchone() == (2,)


@pytest.mark.usefixtures("database")
def test_percent_signs_and_colons_are_left_alone(tmp_path: Path) -> None:
    query = "SELECT id, ':x %s 12:30' AS text FROM people WHERE name LIKE 'A%'"
    rows = [row for batch in read_sql(source(tmp_path, query)).batches for row in batch.to_pylist()]
    assert rows == [{"id": 1, "text": ":x %s 12:30"}]


def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such SQLite file"):
        read_sql(source(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "people.db").write_bytes(b"no database at all, but long enough to be looked at" * 30)
    with pytest.raises(InputError, match="not a database"):
        list(read_sql(source(tmp_path)).batches)


def test_a_locked_database_is_tried_again_later(tmp_path: Path, database: sqlite3.Connection) -> None:
    database.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SourceUnavailable, match="locked"):
        list(
            read_sql(
                SqlSource(url=f"sqlite:///{tmp_path}/people.db?timeout=0.05", query="SELECT 1 FROM people")
            ).batches
        )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no url at all", "no SQLAlchemy URL"),
        ("cobol://host/db", "no such kind of database: cobol"),
        ("oracle://scott:tiger@host/db", "is not installed"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        read_sql(SqlSource(url=url, query="SELECT 1"))
    assert caught.value.where == url
    assert "tiger" not in str(caught.value)


def test_a_secret_url_is_never_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, raised in ((f"sqlite:///{tmp_path}/none.db", InputError), ("::nothing::", InputError)):
        monkeypatch.setenv("SETPOINT_SECRET_WAREHOUSE", url)
        with pytest.raises(raised) as caught:
            list(read_sql(SqlSource(url="${secret:WAREHOUSE}", query="SELECT 1")).batches)
        assert caught.value.where == "${secret:WAREHOUSE}"
        assert url not in caught.value.what


def test_a_server_that_does_not_answer_is_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver of the tests' own stands in for a network database: none is among the requirements."""
    (tmp_path / "refusing_driver.py").write_text(
        "import sqlite3\n"
        "from sqlite3 import *\n"
        "sqlite_version_info = sqlite3.sqlite_version_info\n"
        "class OperationalError(Exception): ...\n"
        "Error = DatabaseError = OperationalError\n"
        "def connect(*args, **kwargs): raise OperationalError('connection to warehouse with hunter2 refused')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import refusing_driver  # type: ignore[import-not-found]
    import sqlalchemy as sa
    from sqlalchemy.dialects import registry
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

    class Refusing(SQLiteDialect_pysqlite):
        """A dialect whose server always refuses."""

        supports_statement_cache = True
        name = "refusing"

        @classmethod
        def import_dbapi(cls) -> object:  # type: ignore[override]
            return refusing_driver

        def create_connect_args(self, url: sa.URL) -> tuple[list[str], dict[str, object]]:
            return [str(url.host)], {}

    monkeypatch.setattr(sys.modules[__name__], "Refusing", Refusing, raising=False)
    registry.register("refusing", __name__, "Refusing")
    monkeypatch.setenv("SETPOINT_SECRET_PASSWORD", "hunter2")
    with pytest.raises(SourceUnavailable, match=r"connection to warehouse with \*\*\* refused"):
        list(read_sql(SqlSource(url="refusing://me:${secret:PASSWORD}@warehouse/db", query="SELECT 1")).batches)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("ATTACH DATABASE '{folder}/x.db' AS y", "has another database"),
        ("VACUUM INTO '{folder}/x.db'", "has another database"),
        ("PRAGMA journal_mode = wal", "has PRAGMA journal_mode"),
        ("PRAGMA query_only = OFF", "has PRAGMA query_only"),
        ("PRAGMA user_version = 7", "has PRAGMA user_version"),
        ("PRAGMA wal_checkpoint", "has PRAGMA wal_checkpoint"),
    ],
)
def test_a_query_makes_no_file_and_changes_no_setting(tmp_path: Path, query: str, told: str) -> None:
    before = (tmp_path / "people.db").read_bytes()
    with pytest.raises(InputError, match=told) as caught:
        list(read_sql(source(tmp_path, query.format(folder=tmp_path))).batches)
    assert caught.value.where == "source.sql.query"
    assert "write one SELECT" in caught.value.fix
    assert [path.name for path in tmp_path.iterdir()] == ["people.db"]
    assert (tmp_path / "people.db").read_bytes() == before


def test_whatever_reads_goes_on(tmp_path: Path, database: sqlite3.Connection) -> None:
    database.execute("CREATE VIRTUAL TABLE texts USING fts5(text)")
    database.execute("INSERT INTO texts VALUES ('a word')")
    database.execute("CREATE VIEW tall AS SELECT * FROM people WHERE height > 1")
    database.commit()
    for query, count in {
        "SELECT * FROM tall": 1,
        "  -- of all\n SELECT count(*) AS n, max(height) AS most FROM people GROUP BY name;": 2,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n": 5,
        "VALUES (1), (2)": 2,
        "SELECT text FROM texts WHERE texts MATCH 'word'": 1,
        "SELECT value FROM json_each('[1, 2, 3]')": 3,
        "SELECT name FROM pragma_table_info('people')": 3,
        "PRAGMA table_info(people)": 3,
        "PRAGMA user_version": 1,
    }.items():
        assert sum(batch.num_rows for batch in read_sql(source(tmp_path, query)).batches) == count, query


def test_a_missing_file_is_not_made_by_a_uri_either(tmp_path: Path) -> None:
    url = f"sqlite:///file:{tmp_path}/none.db?mode=rwc&uri=true"
    with pytest.raises(InputError, match="no such SQLite file"):
        read_sql(SqlSource(url=url, query="SELECT 1"))
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:hid@den:w0rd@host:5432/db", "no SQLAlchemy URL"),
        ("postgresql://me:hunter@hidden@host/db", "holds an @ of its own"),
        ("postgresql://me:x@host:hidden/db", "no SQLAlchemy URL"),
        ("sqlite:///{folder}/people.db?timeout=hidden", "sqlite can't be reached by such a URL"),
        ("sqlite://me:hidden@/{folder}/people.db", "sqlite can't be reached by such a URL"),
    ],
)
def test_no_part_of_a_secret_url_is_told(tmp_path: Path, url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken for the port or the host may be the end of a password that isn't percent-encoded."""
    monkeypatch.setenv("SETPOINT_SECRET_WAREHOUSE", url.format(folder=tmp_path))
    with pytest.raises(InputError, match=told) as caught:
        list(read_sql(SqlSource(url="${secret:WAREHOUSE}", query="SELECT 1")).batches)
    assert caught.value.where == "${secret:WAREHOUSE}"
    assert "%40" in caught.value.fix
    error: BaseException | None = caught.value
    while error:
        assert not any(part in str(error) for part in ("hidden", "den", "w0rd"))
        error = error.__cause__
