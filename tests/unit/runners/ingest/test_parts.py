"""Parts, and what lies beside them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.ingest import parts as cut
from runners.ingest.parts import KEY, Layout, bag_of, hashes_at, take_over, write_part, write_parts
from runners.inputs import Lent
from runners.tables.bag import bag_of as rows_of
from runners.tables.summary import from_bytes

LAYOUT = Layout({"a": "integer", "b": "string"}, hashed=("a", "b"), asked=("a",), key=("a", "b"))


def batch(*rows: tuple[int, str]) -> Any:
    return pa.RecordBatch.from_pydict({"a": pa.array([a for a, _ in rows], pa.int64()), "b": [b for _, b in rows]})


ROWS = batch((1, "x"), (1, "y"), (2, "z"))


def test_a_part_is_named_by_its_bytes_and_says_what_is_in_it(tmp_path: Path) -> None:
    part, summary = write_part(tmp_path, LAYOUT, [ROWS], 3)
    again, _ = write_part(tmp_path, LAYOUT, [ROWS.slice(0, 1), ROWS.slice(1)], 3)
    assert part == again
    assert part.place == 3
    assert parquet.read_table(tmp_path / part.file).to_pylist() == ROWS.to_pylist()
    assert from_bytes((tmp_path / part.summary).read_bytes()).rows == summary.rows == part.rows == 3
    assert bag_of([part]) == rows_of(ROWS)


def test_hashes_are_kept_in_their_order_of_what_is_asked_for_and_of_what_never_repeats(tmp_path: Path) -> None:
    part, _ = write_part(tmp_path, LAYOUT, [ROWS], 0)
    assert set(part.hashed) == {"a", "b", KEY}
    loose, _ = write_part(tmp_path, Layout(LAYOUT.types, hashed=("a", "b")), [ROWS], 0)
    assert loose.hashed == ("b",)
    found = hashes_at(tmp_path / part.hashes("a"))
    assert sorted(found.tolist()) == found.tolist()
    assert len(set(found.tolist())) == 2


def test_rows_are_cut_and_an_empty_part_has_its_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "PART_ROWS", 2)
    found = [part for part, _ in write_parts(tmp_path, LAYOUT, [ROWS, ROWS.slice(0, 0), ROWS], 5)]
    assert [(part.place, part.rows) for part in found] == [(5, 2), (6, 2), (7, 2)]
    assert list(write_parts(tmp_path, LAYOUT, [ROWS.slice(0, 0)], 0)) == []
    empty, _ = write_part(tmp_path, LAYOUT, (), 0)
    assert parquet.read_schema(tmp_path / empty.file).names == ["a", "b"]
    assert len(hashes_at(tmp_path / empty.hashes("a"))) == 0


def test_a_part_is_taken_over_as_the_same_file(tmp_path: Path) -> None:
    former, new = tmp_path / "former", tmp_path / "new"
    for folder in (former, new):
        folder.mkdir()
    part, _ = write_part(former, LAYOUT, [ROWS], 0)
    for _ in range(2):
        take_over(part, Lent(former.as_uri(), former), new)
    assert all((new / name).samefile(former / name) for name in part.files)
    before = {name: (former / name).read_bytes() for name in part.files}
    write_part(new, Layout(LAYOUT.types, hashed=("b",)), [ROWS], 1)  # an equal one, of which less is kept
    assert {name: (former / name).read_bytes() for name in part.files} == before
