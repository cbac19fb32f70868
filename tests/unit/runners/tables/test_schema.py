"""The file of a reading, and versions of before it had a format."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.tables import ColumnReading, Reading
from runners.tables.schema import read_schema, write_schema

READING = Reading({"id": ColumnReading("integer"), "ill": ColumnReading("boolean", (False, True))}, "id", "ill")


def test_a_version_is_read_by_what_it_carries(tmp_path: Path) -> None:
    write_schema(tmp_path, READING, {"id": {"type": "integer", "unique": True}})
    assert read_schema(tmp_path) == READING
    assert json.loads((tmp_path / "schema.json").read_text())["proposed"] == {"id": {"type": "integer", "unique": True}}


def test_a_former_version_is_read_by_its_parquet_file(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([1]), "ill": [True], "at": pa.array([0], pa.timestamp("us", "UTC"))})
    parquet.write_table(table, tmp_path / "data.parquet")
    (tmp_path / "schema.json").write_text('{"id": {"type": "integer"}}')
    (tmp_path / "croissant.json").write_text('{"recordSet": [{"key": {"@id": "records/id"}}]}')
    reading = read_schema(tmp_path)
    assert {name: column.type for name, column in reading.columns.items()} == {
        "id": "integer", "ill": "boolean", "at": "datetime",
    }  # fmt: skip
    assert reading.identifier == "id"


@pytest.mark.parametrize("text", ["", "{}", '{"recordSet": []}', '{"recordSet": [{"key": {"@id": "records/gone"}}]}'])
def test_metadata_without_a_key_names_no_identifier(tmp_path: Path, text: str) -> None:
    parquet.write_table(pa.table({"id": [1]}), tmp_path / "data.parquet")
    (tmp_path / "croissant.json").write_text(text)
    assert read_schema(tmp_path).identifier is None


@pytest.mark.parametrize("text", ["{", '{"format": 2}', '{"format": 1}'])
def test_a_schema_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.json").write_text(text)
    with pytest.raises(InputError, match=r"schema\.json"):
        read_schema(tmp_path)


def test_a_folder_without_a_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no data"):
        read_schema(tmp_path)
    (tmp_path / "data.parquet").write_text("no parquet")
    with pytest.raises(InputError, match="can't be read"):
        read_schema(tmp_path)
