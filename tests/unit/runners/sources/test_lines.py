"""Lines that are none of the table."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.contract import InputError
from runners.sources import lines
from tests.unit.runners.sources.test_formats import rows

DATA = 'made by a\n\nid,x\n1,a\n# none\n2,"b\n# some"\n#\n3,c\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "utf-8-sig"])
@pytest.mark.parametrize("piece", [2, 2**16])
def test_lines_before_the_header_and_comments_are_passed_over(
    encoding: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_PIECE", piece)
    found = rows("csv", DATA.encode(encoding), skip=1, comment="#", encoding=encoding)
    assert found == [{"id": "1", "x": "a"}, {"id": "2", "x": "b\n# some"}, {"id": "3", "x": "c"}]


LINE = st.text(st.sampled_from("ab1,é"), min_size=1, max_size=4).map(lambda text: f"{text.replace(',', '')}x,1")


@given(st.lists(LINE, max_size=6), st.lists(st.sampled_from(["#", "# a,b,c", '#"']), max_size=3), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_comments_anywhere_change_nothing(table: list[str], comments: list[str], place: int) -> None:
    text = ["h,k", *table]
    with_them = [*text[: place + 1], *comments, *text[place + 1 :]]
    plain = rows("csv", "\n".join([*text, ""]).encode())
    assert rows("csv", "\n".join([*with_them, ""]).encode(), comment="#") == plain


def test_where_something_is_wrong_is_told_by_the_lines_of_the_file() -> None:
    with pytest.raises(InputError) as caught:
        rows("csv", b'first\n# none\nid,x\n1,a\n2,"b\n', skip=1, comment="#")
    assert caught.value.where == "file:5"


@pytest.mark.parametrize(
    ("data", "told", "what"),
    [
        (b"first\nid,x\n\xff\xfe,1\n", {"skip": 1}, "the file is not UTF-8"),
        (b"id,x\n1,2\n", {"skip": 2}, "the header line|it has no header line|no CSV"),
        (b"# only\n", {"comment": "#"}, "it has no header line"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, told: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what):
        rows("csv", data, **told)


def test_a_file_without_a_header_has_the_names_that_are_given() -> None:
    assert rows("csv", b"1,a\n2,b\n", names=["id", "x"]) == [{"id": "1", "x": "a"}, {"id": "2", "x": "b"}]
    assert rows("csv", b"", names=["id", "x"]) == []
    with pytest.raises(InputError, match=r"row 2 is 3 wide, and source.files.names 2"):
        rows("csv", b"1,a\n2,b,c\n", names=["id", "x"])
