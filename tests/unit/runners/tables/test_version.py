"""The layout of versions, those of a year ago included."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.tables.version import (
    DATA,
    MANIFEST,
    PARTS,
    Manifest,
    Part,
    part_file,
    read_manifest,
    table_files,
    write_manifest,
)

SHA = "ab" * 32


def part(place: int = 0, **changed: Any) -> Part:
    return Part(**{"file": part_file(place, SHA), "rows": 2, "size": 9, "sha256": SHA, "sums": (1, 2, 3, 4), **changed})


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    parts = (part(0, hashed=("", "a")), part(7, is_open=True))
    written = Manifest({"b": "string", "a": "integer"}, parts, "x", {"bound": None}, {"a": 4})
    write_manifest(tmp_path, written)
    assert read_manifest(tmp_path) == written
    assert list(written.types) == ["b", "a"]
    assert (written.rows, written.parts[1].place, written.parts[0].name) == (4, 7, "ab" * 8)
    file, summary, of_keys, of_column = written.parts[0].files
    assert (file, summary) == (f"data.parquet/000000-{'ab' * 8}.parquet", f"parts/{'ab' * 8}.summary")
    assert of_keys == written.parts[0].hashes("") != of_column == written.parts[1].hashes("a")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"types": [["a", "colour"]]},
        {"parts": [{"file": "../../etc/passwd"}]},
        {"parts": 7},
        {"distinct": []},
        {"read": None},
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    write_manifest(tmp_path, Manifest({"a": "integer"}, (part(),), "x"))
    told = json.loads((tmp_path / PARTS).read_text())
    (tmp_path / PARTS).write_text(json.dumps(told | change))
    with pytest.raises(InputError, match=r"parts.json can't be understood"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("file", [f"data.parquet/../{SHA}.parquet", part_file(0, "cd" * 32), "x", "data.parquet/-1-x"])
def test_a_part_leads_nowhere_else(tmp_path: Path, file: str) -> None:
    write_manifest(tmp_path, Manifest({"a": "integer"}, (part(),), "x"))
    (tmp_path / PARTS).write_text((tmp_path / PARTS).read_text().replace(part_file(0, SHA), file))
    with pytest.raises(InputError):
        read_manifest(tmp_path)


@pytest.mark.parametrize("name", [DATA, MANIFEST])
def test_a_version_of_one_file_is_read_as_before_there_were_parts(tmp_path: Path, name: str) -> None:
    assert table_files(tmp_path) == []
    parquet.write_table(pa.table({"a": [1]}), tmp_path / name)
    assert read_manifest(tmp_path) is None
    assert table_files(tmp_path) == [tmp_path / name]


def test_parts_come_in_the_order_of_their_rows_and_none_may_be_gone(tmp_path: Path) -> None:
    parts = (part(3), part(1))
    write_manifest(tmp_path, Manifest({"a": "integer"}, parts, "x"))
    (tmp_path / DATA).mkdir()
    with pytest.raises(InputError, match="is gone"):
        table_files(tmp_path)
    for one in parts:
        (tmp_path / one.file).write_bytes(b"")
    assert table_files(tmp_path) == [tmp_path / one.file for one in parts]
