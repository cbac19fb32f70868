"""Files as spreadsheets, databases and scripts really write them: what is read, or what is said of them."""

import io
from typing import Any

import pytest

from runners.contract import InputError
from runners.sources.formats import Opened, csv_batches
from runners.sources.parameters import FileSource

ONE = [{"id": "1", "name": "a"}]
GOOD: dict[str, tuple[bytes, dict[str, Any], list[dict[str, Any]]]] = {
    "a mark of byte order": (b"\xef\xbb\xbfid,name\n1,a\n", {}, ONE),
    "UTF-16 with its mark": ("id,name\n1,a\n".encode("utf-16"), {"encoding": "utf-16"}, ONE),
    "Latin-1": ("id,name\n1,ü\n".encode("latin-1"), {"encoding": "latin-1"}, [{"id": "1", "name": "ü"}]),
    "semicolons and decimal commas": (
        b"id;name\n1;2,5\n3;4,5\n",
        {},
        [{"id": "1", "name": "2,5"}, {"id": "3", "name": "4,5"}],
    ),
    "tabs": (b"id\tname\n1\ta\n", {}, ONE),
    "carriage returns": (b"id,name\r\n1,a\r\n", {}, ONE),
    "no line end": (b"id,name\n1,a", {}, ONE),
    "quoted line breaks": (b'id,name\n1,"a\nb"\n', {}, [{"id": "1", "name": "a\nb"}]),
    "doubled quotes": (b'id,name\n1,"a ""b"""\n', {}, [{"id": "1", "name": 'a "b"'}]),
    "a delimiter in quotes": (b'id,name\n1,"a,b"\n', {}, [{"id": "1", "name": "a,b"}]),
    "blank lines": (b"\n\nid,name\n\n1,a\n\n", {}, ONE),
    "a header alone": (b"id,name\n", {}, []),
    "thousands": (b'id,name\n1,"1,234"\n', {}, [{"id": "1", "name": "1,234"}]),
    "nothing": (b'id,name\n1,\n,""\n', {}, [{"id": "1", "name": None}, {"id": None, "name": None}]),
    "words for nothing": (
        b'id,name\nN/A,NULL\n-,#REF!\n1,a\n"N/A",n/a\n',
        {"nulls": ["N/A", "NULL", "-", "#REF!"]},
        [{"id": None, "name": None}, {"id": None, "name": None}, *ONE, {"id": None, "name": "n/a"}],
    ),
    "words that nobody said stand for nothing": (b"id,name\n1,NULL\n", {}, [{"id": "1", "name": "NULL"}]),
}
BAD: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "empty": (b"", {}, "empty: it has no header line"),
    "blank": (b"\n\n", {}, "empty: it has no header line"),
    "ragged": (b"id,name\n1,a\n2\n", {}, "row 2 is 1 wide, and the header 2, where `,` parts the columns"),
    "a delimiter at the end of rows": (b"id,name\n1,a,\n", {}, "is 3 wide, and the header 2"),
    "names that are there twice": (b"id,id\n1,2\n", {}, "id"),
    "a delimiter at the end of all": (b"id,name,\n1,a,\n", {}, "name"),
    "another encoding": ("id,name\n1,ü\n".encode("latin-1"), {}, "the file is not UTF-8"),
    "UTF-16 that nobody said": ("id,name\n1,a\n".encode("utf-16"), {}, "the file is not UTF-8"),
    "a wrong delimiter": (b"id;name\n1;a,b\n", {"delimiter": ","}, "where `,` parts the columns"),
    "an open quote": (b'id,name\n1,"a\n', {}, "never closed"),
}


def read(data: bytes, options: dict[str, Any]) -> list[dict[str, Any]]:
    source = FileSource.model_validate({"url": "x", "format": "csv"} | options)
    return [row for batch in csv_batches(Opened("x.csv", io.BytesIO(data)), source) for row in batch.to_pylist()]


@pytest.mark.parametrize("name", GOOD)
def test_it_is_read(name: str) -> None:
    data, options, rows = GOOD[name]
    assert read(data, options) == rows


@pytest.mark.parametrize("name", BAD)
def test_it_is_told_what_is_wrong(name: str) -> None:
    data, options, why = BAD[name]
    with pytest.raises(InputError) as told:
        read(data, options)
    assert why in str(told.value)
    assert told.value.fix
