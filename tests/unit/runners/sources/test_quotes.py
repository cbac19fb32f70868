"""Quotes of CSV files that nobody closes, and such that only look so."""

from io import BytesIO
from typing import Any

import pytest

from runners.contract import InputError
from runners.sources import quotes
from runners.sources.formats import Opened, csv_batches
from runners.sources.parameters import FileSource


def rows(data: bytes, **settings: Any) -> list[dict[str, Any]]:
    source = FileSource.model_validate({"url": "x", "format": "csv", **settings})
    return [row for batch in csv_batches(Opened("file", BytesIO(data)), source) for row in batch.to_pylist()]


MANY = b"".join(b'%d,"a ""b"" %s"\n' % (number, b"c" * 1000) for number in range(6000))
"""More than a block of Arrow's."""


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'id,a\n0,x\n1,"open\n2,3\n', 3),
        (b'id,a\r\n0,x\r\n1,"open\r\n2,3\r\n', 3),
        (b'id,a\n0,"x\ny"\n1,"open', 4),
        (b'id,a\n0,"open\n', 2),
        (b'a\n"', 2),
        (b'a\n"1', 2),
        (b'id,a\n0,5" pipe\n1,"open ""z""\n2,3\n', 3),
        (b'id,a\n0,x\n1,"open\n""', 3),
        (b'id,a\n0,x\n"open,1\n2,3\n', 3),
        (b'id,"a\n1,2\n', 1),
        (b'\n"id,a\n1,2\n', 2),
        (b'5" id,"a\n1,2\n', 1),
        (b"id,a\n" + MANY + b'1,"open\n2,3\n', 6_002),
        (b'id,a\n1,"open\n' + MANY.replace(b'"', b""), 2),
    ],
)
def test_a_quote_that_is_never_closed_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(InputError) as caught:
        rows(data)
    assert caught.value.where == f"file:{line}"
    assert "open" not in caught.value.what.replace("opens here", "")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252"])
def test_such_a_quote_is_found_in_any_encoding(encoding: str) -> None:
    with pytest.raises(InputError, match="a quote opens here and is never closed") as caught:
        rows('id;a\n0;x\n1;"open ü\n2;3\n'.encode(encoding), encoding=encoding)
    assert caught.value.where == "file:3"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'1,"x\n"', "x\n"),
        (b'1,"x\n"\n', "x\n"),
        (b'1,x"y', 'x"y'),
        (b'1, "x', ' "x'),
        (b'1,"x"y"', 'xy"'),
        (b'1,""""', '"'),
        (b'1,"\n"""\n', '\n"'),
    ],
)
def test_other_quotes_are_read_as_ever(line: bytes, value: str) -> None:
    assert rows(b"id,a\n" + line) == [{"id": "1", "a": value}]


def test_quotes_that_meet_between_two_pieces_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in range(1, 9):
        monkeypatch.setattr(quotes, "_PIECE", size)
        assert quotes.never_closed(BytesIO(b'a\n"x""\n""y"\n"z"",""'), "utf-8", ",") == 4
        assert not quotes.never_closed(BytesIO(b'a\n"x""\n""y"\n"z"",""",b"c\n'), "utf-8", ",")
