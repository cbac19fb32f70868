"""A table of a real PostgreSQL that is followed, and the versions that are made of it."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from pyarrow import parquet

from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Owner, Parameters
from runners.inputs import Lent
from runners.tables.version import table_files

OWNER = Owner("datasets/loans", "test")


@dataclass
class Followed:
    """A table, and the versions that are made of it."""

    url: str
    root: Path
    table: str = "loans"
    told: dict[str, Any] = field(default_factory=dict)
    former: Path | None = None

    def __post_init__(self) -> None:
        """Connect as who writes."""
        self._numbers = count()
        self.writer = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)

    def close(self) -> None:
        """Take away the slots that were made, and the connection."""
        slots = b"FROM pg_replication_slots WHERE database = %s AND NOT temporary AND NOT active"
        with self.writer:
            self.writer.execute(b"SELECT pg_drop_replication_slot(slot_name) " + slots, [self.writer.info.dbname])

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
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        grown = grow(self.params, folder, former, OWNER)
        if accepted:
            self.former = folder
        return grown

    @property
    def params(self) -> Parameters:
        """Return what an ingestion is told."""
        changes = {"url": self.url, "table": self.table, **self.told}
        return Parameters.model_validate({"source": {"changes": changes}, "minimum_rows": 0})

    def check(self, kind: str = "incremental") -> Grown:
        """Refresh, and see that the version's content is that of a whole reading: each row once, and as it is."""
        grown, whole = self.refresh(), self.refresh(full=True, accepted=False)
        told = grown.told["refresh"]
        assert told["kind"] == kind, told
        assert not grown.table.violations
        assert dict(grown.table.types) == dict(whole.table.types)
        assert (grown.table.rows, grown.table.content) == (whole.table.rows, whole.table.content), told
        return grown

    def slots(self) -> list[str]:
        """Return the slots of the database."""
        return [
            row[0] for row in self.do("SELECT slot_name FROM pg_replication_slots WHERE database = current_database()")
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of the newest accepted version."""
        assert self.former
        return [row for file in table_files(self.former) for row in parquet.read_table(file).to_pylist()]
