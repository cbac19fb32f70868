"""Tables of real databases that grow: each refresh reads what is new, and a version is as if all was read at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.sources import read
from runners.sources.parameters import Source
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import PostgreSQL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

BEGIN = datetime(2024, 3, 30, 23, 0, tzinfo=UTC)
"""An hour before clocks are changed in Europe: moments are moments all the same."""
INCREMENTAL: dict[str, Any] = {"watermark": "at", "lag": 3600, "key": ["id"], "deleted": "gone"}
TABLE = """
CREATE TABLE loans (
    id BIGINT PRIMARY KEY, name VARCHAR(100), amount NUMERIC(12, 2), paid BOOLEAN, day DATE,
    "at" TIMESTAMP WITH TIME ZONE NOT NULL, gone BOOLEAN NOT NULL DEFAULT FALSE
)
"""
WRITE = """
INSERT INTO loans (id, name, amount, paid, day, "at", gone) VALUES (:id, :name, :amount, :paid, :day, :at, :gone)
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, amount = excluded.amount, "at" = excluded."at", gone = excluded.gone
"""
OF_MARIADB = {
    TABLE: TABLE.replace('"at" TIMESTAMP WITH TIME ZONE', "`at` DATETIME(6)"),
    WRITE: WRITE.replace('"at"', "`at`").partition("ON CONFLICT")[0]
    + "ON DUPLICATE KEY UPDATE name = VALUE(name), amount = VALUE(amount), `at` = VALUE(`at`), gone = VALUE(gone)",
}
"""The same in MariaDB's words; its moments have no zone."""


@dataclass
class Loans:
    """A table of loans, and the versions that are made of it."""

    url: str
    root: Path
    former: Path | None = None

    def __post_init__(self) -> None:
        """Make the table."""
        self._numbers = count()
        self.do(TABLE)

    def do(self, statement: str, *rows: dict[str, Any]) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        told = OF_MARIADB.get(statement, statement) if engine.driver == "pymysql" else statement
        with engine.begin() as connection:
            connection.execute(sa.text(told), rows or None)

    def put(self, first: int, last: int, *, hours: float, amount: str = "1.10", gone: bool = False) -> None:
        """Write rows, each some hours after the beginning."""
        self.do(
            WRITE,
            *(
                {
                    "id": n, "name": None if n % 7 == 0 else f"ø {n}", "amount": amount, "paid": n % 3 == 0,
                    "day": (BEGIN + timedelta(days=n % 50)).date(), "at": BEGIN + timedelta(hours=hours, seconds=n),
                    "gone": gone,
                }
                for n in range(first, last)
            ),
        )  # fmt: skip

    def refresh(self, *, full: bool = False, **told: Any) -> Grown:
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        sql = {"url": self.url, "query": "SELECT * FROM loans", "incremental": INCREMENTAL, **told}
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        made = grow(Parameters.model_validate({"source": {"sql": sql}, "identifier": "id"}), folder, former)
        self.former = self.former if full else folder
        return made


@pytest.fixture(
    params=[
        "postgresql",
        "duckdb",
        pytest.param("mariadb", marks=pytest.mark.servers("mariadb")),
        pytest.param("mysql", marks=pytest.mark.servers("mariadb")),
    ]
)
def loans(request: pytest.FixtureRequest, tmp_path: Path) -> Loans:
    if request.param == "duckdb":
        url = f"duckdb:///{tmp_path}/loans.duckdb"
    elif request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database()
    else:
        url = request.getfixturevalue("mariadb").create_database(request.param)
    return Loans(url, tmp_path)


def check(loans: Loans, rows: int, read_anew: Callable[[int], bool]) -> None:
    """See that a refresh reads few rows, and makes what a whole reading makes."""
    grown, whole = loans.refresh(), loans.refresh(full=True)
    told = grown.told["refresh"]
    assert told["kind"] == "incremental", told
    assert read_anew(told["rows"]), told
    assert (grown.table.rows, grown.table.content) == (rows, whole.table.content)
    assert dict(grown.table.types) == dict(whole.table.types)


def test_a_refresh_reads_what_is_new_and_makes_what_a_whole_reading_makes(loans: Loans) -> None:
    loans.put(0, 500, hours=0)
    loans.put(500, 1000, hours=10)
    assert loans.refresh().told["refresh"]["kind"] == "full"
    loans.put(1000, 1010, hours=20)
    check(loans, 1010, lambda read: read <= 520)  # those of the last hour are read once more
    loans.put(3, 5, hours=20, amount="7.25")  # newer states
    loans.put(1010, 1012, hours=19.5)  # late, within the lag
    check(loans, 1012, lambda read: read <= 20)
    loans.put(0, 2, hours=21, gone=True)
    check(loans, 1010, lambda read: read <= 20)


def test_a_query_may_have_an_end_comments_and_columns_to_quote(loans: Loans) -> None:
    loans.put(0, 20, hours=0)
    query = 'SELECT id, "at", gone, amount AS "the Amount: %" FROM loans -- all of them\n;'
    grown = loans.refresh(query=query.replace('"', "`") if "pymysql" in loans.url else query)
    assert "the Amount: %" in grown.table.types


@pytest.mark.parametrize("query", ['DELETE FROM loans RETURNING id, "at", gone', "SELECT id, nothing FROM loans"])
def test_what_can_not_be_read_changes_nothing(loans: Loans, query: str) -> None:
    loans.put(0, 20, hours=0)
    query = query.replace('"', "`") if "pymysql" in loans.url else query
    with pytest.raises(InputError):
        loans.refresh(query=query)
    assert loans.refresh().table.rows == 20


def test_a_function_that_writes_is_refused_by_the_database(postgres: PostgreSQL, tmp_path: Path) -> None:
    """No reading of the query's words finds it out: the transaction only reads."""
    loans = Loans(postgres.create_database(), tmp_path)
    loans.put(0, 5, hours=0)
    loans.do(
        "CREATE FUNCTION harmless() RETURNS BIGINT LANGUAGE sql AS "
        "$$ INSERT INTO loans (id, at) VALUES (999, now()); SELECT 1::BIGINT $$"
    )
    with pytest.raises(RunnerError, match="read-only"):
        list(read(Source.model_validate({"sql": {"url": loans.url, "query": "SELECT harmless()"}})).batches)
    assert loans.refresh().table.rows == 5


def test_a_statement_that_takes_too_long_is_ended(postgres: PostgreSQL, tmp_path: Path) -> None:
    loans = Loans(postgres.create_database(), tmp_path)
    loans.put(0, 5, hours=0)
    with pytest.raises(RunnerError, match="timeout"):
        loans.refresh(query="SELECT loans.*, pg_sleep(60) IS NULL AS slow FROM loans", statement_timeout=0.3)
    assert loans.refresh(statement_timeout=60).table.rows == 5


@pytest.mark.servers("mariadb")
@pytest.mark.parametrize("dialect", ["mariadb", "mysql"])
def test_a_mariadb_bounds_statements_and_only_reads_by_either_name(
    mariadb: MariaDB, tmp_path: Path, dialect: str
) -> None:
    loans = Loans(mariadb.create_database(dialect), tmp_path)
    loans.put(0, 5, hours=0)
    with pytest.raises(SourceUnavailable, match="max_statement_time"):
        loans.refresh(query="SELECT loans.*, SLEEP(60) AS slow FROM loans", statement_timeout=0.3)
    loans.do(
        "CREATE FUNCTION harmless() RETURNS BIGINT BEGIN INSERT INTO loans (id, at) VALUES (9, now()); RETURN 1; END"
    )
    with pytest.raises(RunnerError, match="READ ONLY"):
        list(read(Source.model_validate({"sql": {"url": loans.url, "query": "SELECT harmless()"}})).batches)
    assert loans.refresh(statement_timeout=60).table.rows == 5


@pytest.mark.servers("mariadb")
def test_each_type_of_a_mariadb_is_read(mariadb: MariaDB, tmp_path: Path) -> None:
    loans = Loans(mariadb.create_database(), tmp_path)
    loans.do(
        "CREATE TABLE kinds (big BIGINT UNSIGNED, t TIME, y YEAR, j JSON, e ENUM('a', 'b'), s SET('x', 'y'), "
        "f FLOAT, d DECIMAL(30, 10), b BOOLEAN, day DATE, at DATETIME(6))"
    )
    loans.do(
        "INSERT INTO kinds VALUES (18446744073709551615, MAKETIME(12, 0, 1), 2024, JSON_OBJECT('a', 1), 'a', 'x,y', "
        "1.5, 0.1, TRUE, '2024-02-29', '2024-03-31 02:30:00.000001')"
    )
    grown = loans.refresh(query="SELECT * FROM kinds", incremental={"watermark": "y"})
    assert dict(grown.table.types) == {
        "big": "string", "t": "string", "y": "integer", "j": "string", "e": "string", "s": "string", "f": "number",
        "d": "number", "b": "integer", "day": "datetime", "at": "datetime",
    }  # fmt: skip


def test_a_connection_that_breaks_off_is_tried_again_later(postgres: PostgreSQL, tmp_path: Path) -> None:
    loans = Loans(postgres.create_database(), tmp_path)
    loans.put(0, 5, hours=0)
    loans.refresh()
    url = loans.url
    loans.url = url.replace(f":{postgres.port}/", ":1/")
    with pytest.raises(SourceUnavailable):
        loans.refresh()
    loans.url = url
    loans.put(5, 7, hours=1)
    assert loans.refresh().table.rows == 7
