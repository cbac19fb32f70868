"""The formats of tables."""

from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.ingest.sources.formats import FORMATS, Opened


def rows(format_: str, data: bytes) -> list[dict[str, Any]]:
    return [row for batch in FORMATS[format_](Opened("file", BytesIO(data))) for row in batch.to_pylist()]


def names(format_: str, data: bytes) -> list[str]:
    return next(iter(FORMATS[format_](Opened("file", BytesIO(data))))).schema.names  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a,b\n1,x\n2,\n", [{"a": "1", "b": "x"}, {"a": "2", "b": None}]),
        (b"a;b\n1,5;x\n", [{"a": "1,5", "b": "x"}]),
        (b"a\tb\r\n1\t2\r\n", [{"a": "1", "b": "2"}]),
        ("\ufeffa,b\n1,ü\n".encode(), [{"a": "1", "b": "ü"}]),
        (b'"a\nb","c,d"\n"x\ny","1,2"\n', [{"a\nb": "x\ny", "c,d": "1,2"}]),
        (b"a,b\n02138,NA\n", [{"a": "02138", "b": "NA"}]),
        (b"a\n1", [{"a": "1"}]),
        (b"a,b\n", []),
    ],
)
def test_csv_is_read_as_text(data: bytes, expected: list[dict[str, Any]]) -> None:
    assert rows("csv", data) == expected


def test_tables_without_rows_have_their_columns() -> None:
    empty = BytesIO()
    parquet.write_table(pa.table({"a": pa.array([], pa.int32())}), empty)
    assert names("csv", b"a,b\n") == ["a", "b"]
    assert names("parquet", empty.getvalue()) == ["a"]


@pytest.mark.parametrize(
    ("format_", "data", "told", "where"),
    [
        ("csv", b"", "the file is empty", "file"),
        ("csv", b"\n\n", "the file is empty", "file"),
        ("csv", b"a,a\n1,2\n", "two columns are called a", "file"),
        ("csv", b"a,\n1,2\n", "column 2 has no name", "file"),
        ("csv", "größe\n1\n".encode("latin-1"), "not UTF-8", "file"),
        ("jsonl", b'{"a": 1}\n{"a": \n', "this is no JSON", "file:2"),
        ("jsonl", b'{"a": 1}\n\n[1]\n', "this is no JSON object", "file:3"),
        ("jsonl", b"[" * 100_000, "this is no JSON", "file:1"),
        ("jsonl", b'{"a": "\xff"}\n', "not UTF-8", "file:1"),
        ("jsonl", b"{}\n", "there are no columns", "file"),
    ],
)
def test_a_file_that_cannot_be_understood_is_told_with_its_line(
    format_: str, data: bytes, told: str, where: str
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        rows(format_, data)
    assert caught.value.where == where


@pytest.mark.parametrize("data", [b"a,b\n1,2\n3\n", b"a\n\xff\n"])
def test_a_broken_row_of_csv_is_an_arrow_error_that_names_it(data: bytes) -> None:
    with pytest.raises(pa.ArrowInvalid, match="Row #"):
        rows("csv", data)


def test_json_lines_may_have_different_keys_and_types() -> None:
    data = b'{"a": 1, "b": {"c": [1]}}\n{"a": "x", "d": null}\n{"a": NaN}\n'
    assert rows("jsonl", data) == [
        {"a": "1", "b": {"c": [1]}, "d": None},
        {"a": "x", "b": None, "d": None},
        {"a": None, "b": None, "d": None},
    ]


def test_parquet_keeps_its_types() -> None:
    file = BytesIO()
    parquet.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), file)
    assert rows("parquet", file.getvalue()) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    with pytest.raises(pa.ArrowInvalid):
        rows("parquet", file.getvalue()[:-4])
