"""The net effect of changes: of each row that some of them touch, the last state, on the disk.

Memory holds none of them: a transaction may be as large as the disk. What a sender leaves out of a row, because it is
unchanged, is filled in from the row's former state here; where that lies in the version before, `origin` says by which
key.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from runners.sources.changes import Change

UNCHANGED = 0
"""What stands for a value that is as it was in the version before. Values are texts, or nothing."""
Cell = str | int | None


class Unfounded(Exception):
    """A change leaves out what nothing before it tells."""


@dataclass(frozen=True, slots=True)
class State:
    """The last state of a row: its cells by the order of the columns; where it is gone, only those of its key.

    `origin` is the key of the row of the version before from which unchanged cells come.
    """

    cells: tuple[Cell, ...]
    is_gone: bool
    origin: tuple[str, ...] | None = None


class Net:
    """The last states of rows. `is_anew` tells that none of the version before is left."""

    def __init__(self, folder: Path, columns: Sequence[str], key: Sequence[str]) -> None:
        """Hold no changes.

        Args:
            folder: where they lie.
            columns: the table's.
            key: those that name a row.
        """
        self._columns, self._key = tuple(columns), tuple(key)
        self.is_anew = False
        self._states = sqlite3.connect(folder / "net.db", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "CREATE TABLE states (key TEXT PRIMARY KEY, cells TEXT, origin TEXT) WITHOUT ROWID",
            "BEGIN",
        ):
            self._states.execute(statement)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let its file go."""
        self._states.close()

    def apply(self, change: Change) -> None:
        """Take the next change.

        Raises:
            Unfounded: it leaves out what nothing before it tells.
        """
        if change.op == "truncate":
            self._states.execute("DELETE FROM states")
            self.is_anew = True
        elif change.op == "remove":
            self._set(self._named(change.row), None, None)
        else:
            self._put(change)

    def _put(self, change: Change) -> None:
        before = change.before or {}
        told = {name: before[name] for name in change.unchanged if before.get(name) is not None}
        row = {**change.row, **told}
        left = change.unchanged - told.keys()
        new, old = self._named(row), self._named(before) if before else None
        cells: list[Cell] = [UNCHANGED if name in left else row.get(name) for name in self._columns]
        origin = None
        if left:
            cells, origin = self._filled(cells, old or new)
        if old is not None and old != new:
            self._set(old, None, None)
        self._set(new, cells, origin)

    def _filled(self, cells: list[Cell], key: str) -> tuple[list[Cell], str | None]:
        """Fill what is unchanged from the state before; what that doesn't tell either is the version's before."""
        found = self._states.execute("SELECT cells, origin FROM states WHERE key = ?", (key,)).fetchone()
        if found is None:
            if self.is_anew:
                raise Unfounded(f"a row is changed that isn't there: {key:.100}")
            return cells, key
        if found[0] is None:
            raise Unfounded(f"a row is changed that is gone: {key:.100}")
        former = json.loads(found[0])
        filled = [old if new == UNCHANGED else new for new, old in zip(cells, former, strict=True)]
        return filled, found[1] if UNCHANGED in filled else None

    def _named(self, row: Mapping[str, Any]) -> str:
        return json.dumps([row.get(name) for name in self._key], ensure_ascii=False)

    def _set(self, key: str, cells: Sequence[Cell] | None, origin: str | None) -> None:
        text = None if cells is None else json.dumps(cells, ensure_ascii=False)
        self._states.execute("INSERT OR REPLACE INTO states VALUES (?, ?, ?)", (key, text, origin))

    def states(self) -> Iterator[State]:
        """Yield the last state of each row that was touched, in an order that doesn't depend on the changes'."""
        with closing(self._states.execute("SELECT key, cells, origin FROM states ORDER BY key")) as rows:
            for key, cells, origin in rows:
                if cells is None:
                    named = dict(zip(self._key, json.loads(key), strict=True))
                    yield State(tuple(named.get(name) for name in self._columns), is_gone=True)
                else:
                    yield State(tuple(json.loads(cells)), False, origin and tuple(json.loads(origin)))
