"""The formats of tables."""

from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.sources import formats
from runners.sources.formats import FORMATS
from runners.sources.opened import Opened
from runners.sources.parameters import FileSource


def rows(format_: str, data: bytes, **settings: Any) -> list[dict[str, Any]]:
    source = FileSource.model_validate({"url": "x", "format": format_, **settings})
    return [row for batch in FORMATS[format_](Opened("file", BytesIO(data)), source) for row in batch.to_pylist()]


def names(format_: str, data: bytes) -> list[str]:
    source = FileSource.model_validate({"url": "x", "format": format_})
    return next(iter(FORMATS[format_](Opened("file", BytesIO(data)), source))).schema.names  # type: ignore[no-any-return]


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
        (b"a,b", []),
        (b'"a","b"', []),
        (b'a,b\n1,"x"', [{"a": "1", "b": "x"}]),
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


def test_a_broken_row_of_csv_is_told_by_its_number_and_never_by_its_values() -> None:
    with pytest.raises(InputError) as caught:
        rows("csv", b"name,b\nAda,2\n\nLovelace\n")
    assert caught.value.what == "row 2 is 1 wide, and the header 2, where `,` parts the columns", "as violations count"
    assert "source.files.delimiter" in caught.value.fix


@pytest.mark.parametrize("data", [b"a\n\xff\n", b"a\n" + b"x\n" * 50_000 + b"\xff\n"])
def test_another_encoding_is_told_with_its_setting_and_read_with_it(data: bytes) -> None:
    with pytest.raises(InputError, match="not UTF-8") as caught:
        rows("csv", data)
    assert "source.files.encoding" in caught.value.fix
    assert rows("csv", data, encoding="latin-1")[-1] == {"a": "ÿ"}


def test_any_encoding_can_be_read() -> None:
    assert rows("csv", "größe;b\n1;ü\n".encode("utf-16"), encoding="utf-16") == [{"größe": "1", "b": "ü"}]
    assert rows("jsonl", '{"größe": 1}\n'.encode("cp1252"), encoding="cp1252") == [{"größe": 1}]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ('"id";"rent, cold, EUR";"area, m2"\n0;400;30\n', 3),
        ("name, unit;value\nx;1\ny;2\n", 2),
        ("a,b;c\n1;2,3\n4;5\n", 2),
        ('"Doe, John"\n"Roe, Jane"\n', 1),
        ('"a ""b;c"" d",e\n1,2\n', 2),
        ("a;b,c\n", 2),
    ],
)
def test_a_delimiter_is_guessed_from_what_lies_outside_of_quotes(text: str, width: int) -> None:
    assert len(names("csv", text.encode())) == width


@pytest.mark.parametrize("text", ["said\nlater; and on", "x" * 200_000], ids=["of two lines", "very long"])
def test_a_delimiter_is_guessed_beside_texts(text: str) -> None:
    assert rows("csv", f'a;b,c\n1,"{text}"\n'.encode()) == [{"a;b": "1", "c": text}]


def test_a_quote_that_nobody_closes_is_looked_for_no_further_than_a_record_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "LONGEST_RECORD", 1000)
    with pytest.raises(InputError, match="the header line has no end within 1,000 characters"):
        rows("csv", b'a;"b,c\n' + b"1;2,3\n" * 1000)
    with pytest.raises(InputError, match=r"the header line has no end$"):
        rows("csv", b'a,"b\n1,2\n')
    with pytest.raises(InputError, match="the header line has no end within"):
        rows("csv", b"a;b,c" * 1000)
    read = rows("csv", b"a;b\n1;2\n" + b'3;4" pipe\n' + b"5;6,7\n" * 1000)
    assert len(read) == 1002


def test_names_that_a_delimiter_does_not_part_are_told() -> None:
    with pytest.raises(InputError, match="the names of the columns can't be read where `;` parts them"):
        rows("csv", b'a,"b\nc"\n1,2\n', delimiter=";")


def test_a_delimiter_that_could_be_another_is_asked_for() -> None:
    with pytest.raises(InputError, match="parted by ',' or ';'") as caught:
        rows("csv", b"a,b;c\n1,2;3\n")
    assert caught.value.fix == "set source.files.delimiter"
    assert rows("csv", b"a,b;c\n1,2;3\n", delimiter=";") == [{"a,b": "1,2", "c": "3"}]


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
