"""A database that grows, and the versions that are made of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from pyarrow import parquet

from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.ingest.profile.tables import profile_table
from runners.inputs import Lent
from runners.tables.version import table_files

LAG = 10
COLUMNS = {
    "id": {"type": "integer"},
    "name": {"type": "string", "missing": 0.2},
    "x": {"type": "number", "maximum": 90},
    "ok": {"type": "boolean"},
    "at": {"type": "integer"},
}


class World:
    """A table of rows with a key, a watermark and a mark of what is deleted."""

    def __init__(self, root: Path, spec: dict[str, Any] | None = None, **incremental: Any) -> None:
        self.root, self._numbers, self.at = root, count(), 100
        self.database = sqlite3.connect(root / "a.db", isolation_level=None)
        self.database.execute("CREATE TABLE t (id, name, x, ok BOOLEAN, at, gone)")
        self.incremental = {"watermark": "at", "lag": LAG, "key": ["id"], "deleted": "gone", **incremental}
        self.spec: dict[str, Any] = spec or {"columns": COLUMNS, "identifier": "id", "target": "ok"}
        self.former: Path | None = None

    @property
    def params(self) -> Parameters:
        """Return what an ingestion is told."""
        url, query = f"sqlite:///{self.root}/a.db", "SELECT * FROM t"
        sql = {"url": url, "query": query, "incremental": self.incremental}
        return Parameters.model_validate({"source": {"sql": sql}, **self.spec})

    def put(self, identity: int, x: Any, *, late: int = 0, gone: bool = False) -> None:
        """Write a row, or a newer state of it; a late one is of a moment that is past."""
        self.at += 3
        name = None if x == 7 else f"n{len(str(x)) % 3}"
        row = (identity, name, x, identity % 2 == 0, self.at - late, gone)
        self.remove(identity)
        self.database.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(row))})", row)

    def remove(self, identity: int) -> None:
        """Take a row away without a trace."""
        self.database.execute("DELETE FROM t WHERE id = ?", [identity])

    def refresh(self, *, full: bool = False) -> "Version":
        """Make the next version, or one that is read as a whole; only one that is accepted is gone on with."""
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        former = Lent(self.former.as_uri(), self.former) if self.former and not full else None
        made = Version(folder, grow(self.params, folder, former), self.params)
        if not full and not made.grown.table.violations:
            self.former = folder
        return made


@dataclass
class Version:
    """A version that was made, and what is said of it."""

    folder: Path
    grown: Grown
    params: Parameters

    @property
    def refresh(self) -> dict[str, Any]:
        """Return how it was made."""
        found: dict[str, Any] = self.grown.told["refresh"]
        return found

    @property
    def said(self) -> tuple[Any, ...]:
        """Return all that is said of the rows, but for their numbers, which are those of one order."""
        table = self.grown.table
        verdict = [(told.where, told.what.partition(": row")[0]) for told in table.violations]
        return table.content, verdict, profile_table(table.summary, self.params, table.distinct)

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows, in the order of their keys."""
        return sorted(self.rows_as_they_are(), key=lambda row: str(row["id"]))

    def rows_as_they_are(self) -> list[dict[str, Any]]:
        """Return its rows in their own order."""
        return [row for file in table_files(self.folder) for row in parquet.read_table(file).to_pylist()]


@contextmanager
def growing_world(root: Path, **told: Any) -> Iterator[World]:
    """Make a world, and close its database."""
    world = World(root, **told)
    with closing(world.database):
        yield world
