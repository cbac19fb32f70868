"""A real PostgreSQL whose changes are followed: after each refresh the version's rows are the table's, each once."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reconciler.model.kinds.datasets import Dataset
from runners.contract import InputError, Request, SourceUnavailable
from runners.contract.request import FORMER
from runners.ingest import run
from tests.engines.following import Followed
from tests.servers.postgres import PostgreSQL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

TABLE = "CREATE TABLE loans (id BIGINT PRIMARY KEY, name TEXT, amount NUMERIC(12, 2), paid BOOLEAN, note TEXT)"
FILL = """
INSERT INTO loans SELECT
    n, 'ø ' || n, n * 1.1, n % 2 = 0, (SELECT string_agg(md5(i::text || n), '') FROM generate_series(1, 300) i)
FROM generate_series({}, {}) n
"""
"""Rows with a note so large that it is kept beside its row, and that nothing makes smaller."""
TYPES = {
    "a": ("smallint", "-7"), "b": ("numeric", "12345678901234567890.5"), "c": ("numeric(5)", "12"),
    "d": ("real", "0.1"), "e": ("double precision", "'NaN'"), "f": ("boolean", "true"),
    "g": ("text", "E'a\\tb\\\\n\\nø'"),
    "h": ("varchar(10)", "''"), "i": ("char(4)", "'x'"), "j": ("bytea", "'\\xdeadbeef00'"),
    "k": ("timestamptz", "'2024-03-31 02:30:00.123456+02'"), "l": ("timestamp", "'2024-03-31 02:30:00'"),
    "m": ("date", "'2024-02-29'"), "n": ("time", "'23:59:59.5'"), "o": ("interval", "'1 mon 2 days 03:00'"),
    "p": ("uuid", "'00000000-0000-0000-0000-00000000000f'"), "q": ("jsonb", "'{\"b\": [1, null]}'"),
    "r": ("json", "'{\"b\":  1}'"), "s": ("int[]", "'{1,NULL,3}'"), "t": ("text[][]", "'{{a,b},{\"c,d\",e}}'"),
    "u": ("mood", "'happy'"), "v": ("inet", "'10.0.0.1/8'"), "w": ("money", "'12.50'"), "x": ("int4range", "'[1,5)'"),
    "y": ("pair", "'(1,x)'"), "z": ("bit(3)", "B'101'"), "short": ("positive", "3"), "where": ("regclass", "'loans'"),
}  # fmt: skip
"""Columns by name: their types, and a value."""


@pytest.fixture
def loans(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Followed]:
    followed = Followed(postgres.create_database(), tmp_path)
    with closing(followed):
        followed.do(TABLE)
        yield followed


def test_a_snapshot_and_then_changes(loans: Followed) -> None:
    loans.do(FILL.format(1, 100))
    loans.check("full")
    loans.do("INSERT INTO loans VALUES (101, 'new', 1, true, NULL)", "UPDATE loans SET amount = 7 WHERE id < 4")
    loans.do("DELETE FROM loans WHERE id = 5", "UPDATE loans SET id = 500, name = NULL WHERE id = 6")
    grown = loans.check()
    assert (grown.told["refresh"]["rows"], grown.told["refresh"]["deleted"]) == (5, 2)
    loans.do("TRUNCATE loans", "INSERT INTO loans VALUES (1, 'one', 1, true, NULL)")
    loans.check()
    loans.check()


def test_values_that_the_log_leaves_out_are_those_from_before(loans: Followed) -> None:
    loans.do(FILL.format(1, 20))
    loans.check("full")
    loans.do("UPDATE loans SET amount = amount + 1 WHERE id <= 10")
    loans.do("UPDATE loans SET id = id + 100 WHERE id <= 5", "UPDATE loans SET paid = NULL WHERE id > 100")
    loans.do("INSERT INTO loans SELECT 1, 'again', 1, true, note FROM loans WHERE id = 20")
    loans.do("UPDATE loans SET name = 'and again' WHERE id = 1")
    loans.check()
    loans.do("UPDATE loans SET id = 999, amount = 0 WHERE id = 101", "DELETE FROM loans WHERE id = 102")
    loans.check()


def test_what_is_not_committed_is_not_there_and_what_is_rolled_back_never_was(loans: Followed) -> None:
    """A snapshot waits for transactions that write, as a slot's creation does; changes don't."""
    loans.do(FILL.format(1, 5))
    loans.check("full")
    with closing(psycopg.connect(loans.writer.info.dsn, autocommit=True)) as other:
        with other.transaction(force_rollback=True):
            other.execute("DELETE FROM loans")
            assert loans.refresh().table.rows == 5
            loans.told = {"statement_timeout": 0.5}
            with pytest.raises(SourceUnavailable, match="timeout"):
                loans.refresh(full=True)
            loans.told = {}
        with other.transaction():
            other.execute("UPDATE loans SET name = 'late' WHERE id = 1")
            loans.do("UPDATE loans SET name = 'early' WHERE id = 2")
            assert loans.refresh().told["refresh"]["rows"] == 1
        loans.check()
    with loans.writer.transaction():
        loans.writer.execute("DELETE FROM loans WHERE id = 3")
        with loans.writer.transaction(force_rollback=True):
            loans.writer.execute("DELETE FROM loans")
    loans.check()


def test_each_type_says_the_same_in_a_snapshot_and_in_a_change(loans: Followed) -> None:
    columns = ", ".join(f'"{name}" {type_}' for name, (type_, _) in TYPES.items())
    loans.do("CREATE TYPE mood AS ENUM ('sad', 'happy')", "CREATE TYPE pair AS (a int, b text)")
    loans.do("CREATE DOMAIN positive AS int CHECK (VALUE > 0)", "DROP TABLE loans")
    loans.do(f"CREATE TABLE loans (id int PRIMARY KEY, {columns})")
    values = ", ".join(value for _, value in TYPES.values())
    loans.do("SET datestyle = 'German'", f"INSERT INTO loans VALUES (1, {values})", "INSERT INTO loans (id) VALUES (2)")
    loans.check("full")
    loans.do(
        "SET timezone = 'Asia/Tokyo'", f"INSERT INTO loans VALUES (3, {values})", "INSERT INTO loans (id) VALUES (4)"
    )
    grown = loans.check()
    first, _, third, _ = sorted(loans.rows(), key=lambda row: row["id"])
    assert {**first, "id": 3} == third
    told = {
        "b": "number",
        "c": "integer",
        "d": "number",
        "f": "boolean",
        "k": "datetime",
        "l": "datetime",
        "m": "datetime",
    }
    assert told.items() <= grown.table.types.items()
    assert (first["j"], first["u"], first["s"], first["g"]) == ("deadbeef00", "happy", "{1,NULL,3}", "a\tb\\n\nø")
    assert first["k"].isoformat() == "2024-03-31T00:30:00.123456+00:00"
    loans.do("UPDATE loans SET k = 'infinity' WHERE id = 1")
    because = loans.check("full").told["refresh"]["because"]
    assert "column k was datetime and is string" in because


def test_keys_of_any_type_and_of_several_columns(loans: Followed) -> None:
    big = 9_007_199_254_740_993
    loans.do('CREATE TABLE odd ("a b" numeric, c timestamptz, d text, id int, PRIMARY KEY (d, "a b", c))')
    loans.table = "public.odd"
    values = [f"({big + n}, '2024-01-01 00:00+0{n}', 'ø\"{n}', {n})" for n in range(4)]
    loans.do(f"INSERT INTO odd VALUES {', '.join(values)}")
    loans.check("full")
    loans.do(f'DELETE FROM odd WHERE "a b" = {big}', f'UPDATE odd SET id = 9 WHERE "a b" = {big + 1}')
    loans.do("UPDATE odd SET c = c + interval '1 s', d = 'NULL' WHERE id = 2")
    loans.check()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE loans ADD COLUMN more INT DEFAULT 5",
        "ALTER TABLE loans DROP COLUMN name",
        "ALTER TABLE loans RENAME COLUMN name TO title",
        "ALTER TABLE loans ALTER COLUMN id TYPE INT",
        "ALTER TABLE loans ALTER COLUMN amount TYPE NUMERIC(12, 2) USING amount + 1",
        "ALTER TABLE loans DROP CONSTRAINT loans_pkey, ADD PRIMARY KEY (name)",
    ],
)
def test_a_table_that_was_altered_is_read_anew(loans: Followed, statement: str) -> None:
    loans.do(FILL.format(1, 5))
    loans.check("full")
    loans.do("DELETE FROM loans WHERE id = 1")
    loans.do(statement)
    loans.do("DELETE FROM loans WHERE id = 2")
    assert "were altered" in loans.check("full").told["refresh"]["because"]
    loans.do("DELETE FROM loans WHERE id = 3")
    loans.check()


def test_a_publication_without_the_table_for_a_while_is_noticed(loans: Followed) -> None:
    loans.do("CREATE PUBLICATION ours FOR TABLE loans", FILL.format(1, 5))
    loans.told = {"publication": "ours", "slot": "ours"}
    loans.check("full")
    loans.do("ALTER PUBLICATION ours DROP TABLE loans")
    with pytest.raises(InputError, match="doesn't have the table"):
        loans.refresh()
    loans.do("DELETE FROM loans WHERE id = 1")
    loans.do("ALTER PUBLICATION ours ADD TABLE loans")
    loans.check("full")
    loans.do("ALTER PUBLICATION ours SET (publish = 'insert')")
    with pytest.raises(InputError, match="doesn't publish"):
        loans.refresh()
    loans.do("ALTER PUBLICATION ours SET (publish = 'insert, update, delete, truncate')")
    loans.do("ALTER PUBLICATION ours SET TABLE loans WHERE (id > 3)")
    with pytest.raises(InputError, match="some rows only"):
        loans.refresh()


def test_partitions_are_one_table(loans: Followed) -> None:
    loans.do("CREATE TABLE parted (id INT, part INT, note TEXT, PRIMARY KEY (id, part)) PARTITION BY LIST (part)")
    for part in range(3):
        loans.do(f"CREATE TABLE parted_{part} PARTITION OF parted FOR VALUES IN ({part})")
    loans.table = "parted"
    loans.do("INSERT INTO parted SELECT n, n % 3, 'x' FROM generate_series(1, 30) n")
    loans.check("full")
    loans.do("UPDATE parted SET part = (part + 1) % 3 WHERE id < 10", "DELETE FROM parted WHERE id = 30")
    loans.check()
    loans.do("TRUNCATE parted_1")  # which is told to nobody who reads by the root
    loans.check("full")
    loans.do("ALTER TABLE parted DETACH PARTITION parted_2")
    loans.check("full")
    loans.do("TRUNCATE parted")
    loans.check("full")
    loans.check()


@pytest.mark.parametrize(
    ("statement", "words", "fix"),
    [
        ("ALTER TABLE loans REPLICA IDENTITY NOTHING", "no replica identity", "REPLICA IDENTITY DEFAULT"),
        ("ALTER TABLE loans DROP CONSTRAINT loans_pkey", "no replica identity", "ADD PRIMARY KEY"),
        ("ALTER TABLE loans SET UNLOGGED", "unlogged", "source.sql"),
        ("ALTER TABLE loans RENAME TO others", "no table", "correct the name"),
        ("ALTER TABLE loans RENAME TO o; CREATE VIEW loans AS SELECT * FROM o", "no table", "source.sql"),
        ("CREATE TABLE more () INHERITS (loans)", "inherit", "source.sql"),
    ],
)
def test_a_table_that_can_not_be_followed_is_refused_and_leaves_nothing(
    loans: Followed, statement: str, words: str, fix: str
) -> None:
    loans.do(*statement.split("; "))
    with pytest.raises(InputError, match=words) as told:
        loans.refresh()
    assert fix in told.value.fix
    assert not loans.slots()


def test_another_identity_names_rows_as_well(loans: Followed) -> None:
    loans.do(FILL.format(1, 9), "ALTER TABLE loans REPLICA IDENTITY FULL")
    loans.check("full")
    loans.do(
        "UPDATE loans SET amount = 3 WHERE id < 4",
        "UPDATE loans SET id = 77 WHERE id = 2",
        "DELETE FROM loans WHERE id = 3",
    )
    loans.check()
    loans.do("ALTER TABLE loans ALTER name SET NOT NULL", "CREATE UNIQUE INDEX named ON loans (name)")
    loans.do("ALTER TABLE loans DROP CONSTRAINT loans_pkey", "ALTER TABLE loans REPLICA IDENTITY USING INDEX named")
    loans.check("full")
    loans.do("UPDATE loans SET name = 'new' WHERE id = 4", "DELETE FROM loans WHERE id = 5")
    loans.check()


def test_who_may_not_is_told_what_to_have_run(loans: Followed) -> None:
    loans.do(
        "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "GRANT SELECT ON loans TO reader", FILL.format(1, 3)
    )
    url, loans.url = loans.url, loans.url.replace("postgres@", "reader@")
    with pytest.raises(InputError, match="may not publish") as told:
        loans.refresh()
    words = told.value.fix.partition("run ")[2].partition("; ")[0].partition(", and name it")[0]
    loans.do(words)
    with pytest.raises(InputError, match="permission denied"):
        loans.refresh()
    loans.do("ALTER ROLE reader REPLICATION")
    loans.check("full")
    loans.do("DELETE FROM loans WHERE id = 1")
    loans.check()
    loans.url = url
    loans.do("DROP OWNED BY reader", "DROP ROLE reader")


def test_a_dataset_that_is_followed_no_longer_leaves_nothing_behind(loans: Followed) -> None:
    loans.do(FILL.format(1, 3))
    loans.check("full")
    assert len(loans.slots()) == 1
    loans.told = {"follow": False}
    loans.check("full")
    loans.do("DELETE FROM loans WHERE id = 1")
    loans.check("full")
    assert not loans.slots()
    assert not loans.do("SELECT pubname FROM pg_publication")
    loans.told = {}
    loans.check("full")
    loans.do("DELETE FROM loans WHERE id = 2")
    loans.check()


def test_a_database_that_is_away_is_tried_again(loans: Followed, postgres: PostgreSQL) -> None:
    url, loans.url = loans.url, loans.url.replace(f":{postgres.port}/", ":1/")
    with pytest.raises(SourceUnavailable):
        loans.refresh()
    loans.url = url
    loans.check("full")


def test_a_job_follows_for_its_environment_and_tells_by_which_slot(loans: Followed, tmp_path: Path) -> None:
    loans.do(FILL.format(1, 9))
    spec = Dataset.model_validate({"source": {"changes": {"url": loans.url, "table": "loans"}}, "identifier": "id"})
    told: dict[str, Any] = {"run": "datasets/loans/1", "runner": "ingest", "params": spec.ingest_params}
    slots, former = [], ""
    for environment, rows in (("dev", 9), ("prod", 9), ("prod", 8)):
        folder = tmp_path / f"job-{environment}-{rows}"
        folder.mkdir()
        inputs = {FORMER: former} if rows == 8 else {}
        provenance = {"environment": environment}
        result = run(Request(**told, output=folder.as_uri(), inputs=inputs, provenance=provenance), folder)
        assert result.accepted, result.violations
        refresh = result.facts["refresh"]
        assert (result.facts["rows"], refresh["kind"]) == (rows, "incremental" if inputs else "full")
        slots.append(refresh["slot"])
        former = folder.as_uri()
        if environment == "prod":
            loans.do("DELETE FROM loans WHERE id = 1")
    assert sorted(set(slots)) == sorted(loans.slots())
    assert slots[0] != slots[1] == slots[2]


def test_tables_of_two_databases_of_one_server_are_followed_side_by_side(
    loans: Followed, postgres: PostgreSQL, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with closing(Followed(postgres.create_database(), tmp_path / "other")) as other:
        other.do("CREATE TABLE loans (number INT PRIMARY KEY)", "INSERT INTO loans VALUES (1)")
        for one in (loans, other):
            one.check("full")
        other.do("INSERT INTO loans VALUES (2)")
        assert "number" in other.check().table.moving
        loans.check()


@pytest.mark.parametrize(
    "statement",
    [
        f"DROP TABLE loans; {TABLE}",
        "ALTER PUBLICATION {} DROP TABLE loans",
        "ALTER PUBLICATION {} SET (publish = 'insert')",
        "ALTER PUBLICATION {} SET TABLE loans WHERE (id > 3)",
        "DROP PUBLICATION {}",
    ],
)
def test_our_own_publication_is_mended_and_the_table_read_anew(loans: Followed, statement: str) -> None:
    loans.do(FILL.format(1, 5))
    loans.check("full")
    ((name,),) = loans.do("SELECT pubname FROM pg_publication")
    loans.do(*statement.format(name).split("; "), FILL.format(6, 9), "DELETE FROM loans WHERE id = 7")
    assert loans.check("full").told["refresh"]["because"]
    loans.do("DELETE FROM loans WHERE id = 8")
    loans.check()
