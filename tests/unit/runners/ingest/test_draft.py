"""Drafts: which parts are kept, written anew and joined. How they come to versions is held by `test_growth.py`."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from runners.ingest import draft as drafts
from runners.ingest import parts as cut
from runners.ingest.draft import Draft
from runners.ingest.parts import Layout

LAYOUT = Layout({"a": "integer"}, key=("a",))


def rows(*values: int) -> Any:
    return pa.RecordBatch.from_pydict({"a": pa.array(values, pa.int64())})


def test_parts_lie_in_their_order_and_the_open_ones_last(tmp_path: Path) -> None:
    draft = Draft(tmp_path, LAYOUT)
    draft.add_closed([rows(1, 2)])
    draft.add_open([rows(3)])
    assert [(part.place, part.rows, part.is_open) for part in draft.parts] == [(0, 2, False), (1, 1, True)]
    assert draft.summary().rows == 3


def test_no_rows_are_one_part(tmp_path: Path) -> None:
    draft = Draft(tmp_path, LAYOUT)
    draft.add_closed(())
    draft.add_open(())
    assert [(part.rows, part.is_open) for part in draft.parts] == [(0, True)]


def test_small_neighbours_are_joined_and_large_ones_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_SMALL", 2)
    for module in (cut, drafts):
        monkeypatch.setattr(module, "PART_ROWS", 4)
    draft = Draft(tmp_path, LAYOUT)
    for values in ([1], [2], [3, 4, 5], [6], [6], [7]):
        draft.add_closed([rows(*values)])
    draft.compact()
    assert [part.rows for part in draft.parts] == [2, 3, 3]
    assert sorted(path.name for path in (tmp_path / "data.parquet").iterdir()) == sorted(
        Path(part.file).name for part in draft.parts
    )
    assert all((tmp_path / name).exists() for part in draft.parts for name in part.files)
