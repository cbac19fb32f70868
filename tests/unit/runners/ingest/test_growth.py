"""Growing tables: whatever came in whatever refreshes, a version is as if all had been read at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.ingest import draft as drafts
from runners.ingest import parts as cut
from runners.ingest.growth import Grown, grow
from runners.ingest.parameters import Parameters
from runners.ingest.profile.tables import profile_table
from runners.inputs import Lent
from runners.tables.version import table_files

LAG = 10


class World:
    """A database that grows, and the versions that are made of it."""

    def __init__(self, root: Path, **incremental: Any) -> None:
        self.root, self._numbers, self.at = root, count(), 100
        self.database = sqlite3.connect(root / "a.db", isolation_level=None)
        self.database.execute("CREATE TABLE t (id, name, x, ok BOOLEAN, at, gone)")
        told = {"watermark": "at", "lag": LAG, "key": ["id"], "deleted": "gone", **incremental}
        sql = {"url": f"sqlite:///{root}/a.db", "query": "SELECT * FROM t", "incremental": told}
        columns = {
            "id": {"type": "integer"},
            "name": {"type": "string", "missing": 0.2},
            "x": {"type": "number", "maximum": 90},
            "ok": {"type": "boolean"},
            "at": {"type": "integer"},
        }
        roles = {"columns": columns, "identifier": "id", "target": "ok"}
        self.params = Parameters.model_validate({"source": {"sql": sql}, **roles})
        self.former: Path | None = None

    def put(self, identity: int, x: float, *, late: int = 0, gone: bool = False) -> None:
        """Write a row, or a newer state of it; a late one is of a moment that is past."""
        self.at += 3
        row = (identity, None if x == 7 else f"n{int(x) % 3}", x, int(x) % 2 == 0, self.at - late, gone)
        self.database.execute("DELETE FROM t WHERE id = ?", [identity])
        self.database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", row)

    def remove(self, identity: int) -> None:
        self.database.execute("DELETE FROM t WHERE id = ?", [identity])

    def _lent(self) -> Lent | None:
        return self.former and Lent(self.former.as_uri(), self.former)

    def refresh(self, *, full: bool = False) -> "Version":
        """Make the next version, or one that is read as a whole; only one that is accepted is gone on with."""
        folder = self.root / f"v{next(self._numbers)}"
        folder.mkdir()
        made = Version(folder, grow(self.params, folder, None if full else self._lent()), self.params)
        if not full and not made.grown.table.violations:
            self.former = folder
        return made


@dataclass
class Version:
    folder: Path
    grown: Grown
    params: Parameters

    @property
    def refresh(self) -> dict[str, Any]:
        found: dict[str, Any] = self.grown.told["refresh"]
        return found

    @property
    def said(self) -> tuple[Any, ...]:
        """Return all that is said of the rows, but for their numbers, which are those of one order."""
        table = self.grown.table
        verdict = [(told.where, told.what.partition(": row")[0]) for told in table.violations]
        return table.content, verdict, profile_table(table.summary, self.params, table.distinct)

    def rows(self) -> list[dict[str, Any]]:
        found = [row for file in table_files(self.folder) for row in parquet.read_table(file).to_pylist()]
        return sorted(found, key=lambda row: str(row["id"]))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with closing(made.database):
        yield made


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 12), st.integers(0, 99), st.integers(0, LAG)),
        st.tuples(st.just("delete"), st.integers(0, 12)),
        st.tuples(st.just("refresh")),
    ),
    max_size=30,
)


def play(world: World, steps: Sequence[tuple[Any, ...]]) -> None:
    for what, *told in steps:
        if what == "refresh":
            world.refresh()
        elif what == "delete":
            world.put(told[0], 1.5, gone=True)
        else:
            world.put(told[0], told[1], late=told[2])


@given(steps=STEPS, most=st.sampled_from([2, 5, 2**20]), small=st.sampled_from([1, 16]))
@settings(max_examples=60, deadline=None)
def test_any_refreshes_say_what_one_of_all_rows_says(steps: Sequence[tuple[Any, ...]], most: int, small: int) -> None:
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        for module in (cut, drafts):
            patch.setattr(module, "PART_ROWS", most)
        patch.setattr(drafts, "MOST_SMALL", small)
        world = World(Path(place))
        with closing(world.database):
            play(world, steps)
            grown, whole = world.refresh(), world.refresh(full=True)
            assert grown.said == whole.said
            assert grown.rows() == whole.rows()
            assert not list(Path(place).glob("v*/data.parquet/.*"))
