"""Columns in the names of folders."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.sources.files import read_files
from runners.sources.parameters import FileSource
from runners.sources.partitions import columns_of


def rows(folder: Path, format_: str = "csv", partitions: str | None = "hive") -> list[dict[str, object]]:
    told = {"url": str(folder), "format": format_, "partitions": partitions}
    return [row for batch in read_files(FileSource.model_validate(told)).batches for row in batch.to_pylist()]


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("t/year=2024/country=de/x.csv", {"year": "2024", "country": "de"}),
        ("t/a%20b=c%2Fd/x.csv", {"a b": "c/d"}),
        ("t/a=b=c/x.csv", {"a": "b=c"}),
        ("t/a=__HIVE_DEFAULT_PARTITION__/b=/x.csv", {"a": None, "b": None}),
        ("t/=x/==/y/a=1.csv", {}),
        ("x.csv", {}),
    ],
)
def test_names_of_folders_are_read(path: str, columns: dict[str, str | None]) -> None:
    assert columns_of(path) == columns


def test_they_are_columns_where_that_is_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "year=2023/a.csv", "id\n1\n2\n")
    put(tmp_path, "year=2024/a.csv", "id\n3\n")
    assert rows(tmp_path) == [{"id": "1", "year": "2023"}, {"id": "2", "year": "2023"}, {"id": "3", "year": "2024"}]
    assert rows(tmp_path, partitions=None) == [{"id": "1"}, {"id": "2"}, {"id": "3"}]


def test_so_they_are_of_parquet_and_json_lines(tmp_path: Path) -> None:
    put(tmp_path / "j", "k=x/a.jsonl", '{"id": 1}\n')
    assert rows(tmp_path / "j", "jsonl") == [{"id": 1, "k": "x"}]
    (tmp_path / "p/k=x").mkdir(parents=True)
    parquet.write_table(pa.table({"id": [1]}), tmp_path / "p/k=x/a.parquet")
    assert rows(tmp_path / "p", "parquet") == [{"id": 1, "k": "x"}]


def test_files_that_are_divided_otherwise_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a=1/x.csv", "id\n1\n")
    put(tmp_path, "b=1/x.csv", "id\n1\n")
    with pytest.raises(InputError, match="tell of b, and those of the first file of a"):
        rows(tmp_path)


def test_a_column_that_is_in_the_file_too_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "id=1/x.csv", "id\n1\n")
    with pytest.raises(InputError, match="the column id is in the file and in the name of its folder"):
        rows(tmp_path)
