"""A real PostgreSQL whose changes are followed: after each refresh the version's rows are the table's, each once."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pyarrow import parquet

from runners.ingest.changing import Owner
from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.inputs import Lent
from runners.tables.version import table_files
from tests.servers.postgres import PostgreSQL

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postgres")]

TABLE = "CREATE TABLE loans (id BIGINT PRIMARY KEY, name TEXT, amount NUMERIC(12, 2), paid BOOLEAN, note TEXT)"


@dataclass
class Followed:
    """A table, and the versions that are made of it."""

    url: str
    root: Path
    table: str = "loans"
    told: dict[str, Any] = field(default_factory=dict)
    former: Path | None = None
    environment: str = "test"

    def __post_init__(self) -> None:
        """Connect as who writes."""
        self._numbers = count()
        self.writer = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)

    def close(self) -> None:
        """Take away the slots that were made, and the connection."""
        query = b"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = %s"
        self.writer.execute(query, [self.writer.info.dbname])
        self.writer.close()

    def do(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as one transaction; return what the last gave."""
        found: list[tuple[Any, ...]] = []
        with self.writer.transaction():
            for statement in statements:
                rows = self.writer.execute(statement.encode())
                found = rows.fetchall() if rows.description else []
        return found

    def refresh(self, *, accepted: bool = True, full: bool = False) -> Grown:
        """Make the next version."""
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        changes = {"url": self.url, "table": self.table, **self.told}
        params = Parameters.model_validate({"source": {"changes": changes}, "minimum_rows": 0})
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        grown = grow(params, folder, former, Owner("datasets/loans", self.environment))
        if accepted:
            self.former = folder
        return grown

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the newest accepted version."""
        assert self.former
        return [row for file in table_files(self.former) for row in parquet.read_table(file).to_pylist()]


@pytest.fixture
def loans(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Followed]:
    followed = Followed(postgres.create_database(), tmp_path)
    with closing(followed):
        followed.do(TABLE)
        yield followed


def check(loans: Followed, kind: str = "incremental") -> Grown:
    """Refresh, and see that the version's rows are the table's."""
    grown = loans.refresh()
    assert grown.told["refresh"]["kind"] == kind, grown.told
    ours = sorted((row["id"], row["name"], row["amount"], row["paid"], row["note"]) for row in loans.rows())
    told = loans.do("SELECT id, name, amount, paid, note FROM loans ORDER BY id")
    assert ours == [(one, name, None if n is None else float(n), paid, note) for one, name, n, paid, note in told]
    assert not grown.table.violations
    return grown


def test_a_snapshot_and_then_changes(loans: Followed) -> None:
    loans.do(
        "INSERT INTO loans SELECT n, 'ø ' || n, n * 1.1, n % 2 = 0, repeat('x', 5000) FROM generate_series(1, 100) n"
    )
    check(loans, "full")
    loans.do("INSERT INTO loans VALUES (101, 'new', 1, true, NULL)", "UPDATE loans SET amount = 7 WHERE id < 4")
    loans.do("DELETE FROM loans WHERE id = 5", "UPDATE loans SET id = 500, name = NULL WHERE id = 6")
    grown = check(loans)
    assert (grown.told["refresh"]["rows"], grown.told["refresh"]["deleted"]) == (5, 2)
    loans.do("TRUNCATE loans", "INSERT INTO loans VALUES (1, 'one', 1, true, NULL)")
    check(loans)
    check(loans)
