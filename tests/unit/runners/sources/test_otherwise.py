"""CSV by the signs that its source says: what is written by any is read as it was."""

import csv
import io
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from tests.unit.runners.sources.test_formats import rows

SIGNS = st.sampled_from([("'", None), ('"', "\\"), ("'", "\\"), ("none", "\\"), ("$", None), ("|", "^")])
VALUE = st.text(st.sampled_from("ab ;'\"\\$|^#\n\r,é"), max_size=5)


@given(SIGNS, st.lists(st.tuples(VALUE, VALUE), max_size=5), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read(signs: tuple[str, str | None], table: list[tuple[str, str]], encoding: str) -> None:
    quote, escape = signs
    assume(quote != "none" or not any(sign in value for row in table for value in row for sign in "\r\n"))
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=";",
        quotechar=None if quote == "none" else quote,
        escapechar=escape,
        doublequote=escape is None,
        quoting=csv.QUOTE_NONE if quote == "none" else csv.QUOTE_ALL,
        lineterminator="\n",
    )
    writer.writerows([("a", "b"), *table])
    told = {"delimiter": ";", "encoding": encoding, "quote": quote} | ({"escape": escape} if escape else {})
    found = rows("csv", text.getvalue().encode(encoding), **told)
    assert found == [{"a": a or None, "b": b or None} for a, b in table]


@pytest.mark.parametrize(
    ("data", "told", "what", "where"),
    [
        (b"a;b\n'1;2\n", {}, "a quote is never closed", "file:2"),
        (b"a;b\n1;2;3\n", {}, "a row is 3 wide, and there are 2 names", "file:2"),
        (b"a;b\n\n\n1\n", {}, "a row is 1 wide", "file:4"),
        (b"a;a\n1;2\n", {}, "two columns are called a", "file"),
        (b"a;b\n\xff\xff;2\n", {}, "the file is not UTF-8", "file"),
        (b"", {}, "there are no columns", "file"),
    ],
)
def test_what_cant_be_read_so_is_told_with_what_was_said(
    data: bytes, told: dict[str, Any], what: str, where: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        rows("csv", data, delimiter=";", quote="'", **told)
    assert caught.value.where == where


def test_names_nulls_and_lines_to_skip_count_here_too() -> None:
    told = {"names": ["x", "y"], "nulls": ["-"], "skip": 1, "comment": "#", "delimiter": ";", "quote": "'"}
    found = rows("csv", b"made by hand\n# no rows\n1;'-'\n'a;b';2\n", **told)
    assert found == [{"x": "1", "y": None}, {"x": "a;b", "y": "2"}]
