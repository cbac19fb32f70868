"""JSON documents that hold a list of rows."""

from typing import Any

import pytest

from runners.contract import InputError
from runners.sources import documents
from tests.unit.runners.sources.test_formats import rows


@pytest.mark.parametrize(
    ("data", "told", "expected"),
    [
        (b'[{"a": 1}, {"b": 2}]', {}, [{"a": 1, "b": None}, {"a": None, "b": 2}]),
        (b'{"data": {"rows": [{"a": 1}]}}', {"records": "data.rows"}, [{"a": 1}]),
        (b"[]", {}, []),
        (b'\xef\xbb\xbf[{"a": "\xc3\xa9"}]', {}, [{"a": "é"}]),
        ('[{"a": "é"}]'.encode("utf-16"), {"encoding": "utf-16"}, [{"a": "é"}]),
        (b'[{"a": {"b": {"c": 1}, "d": [1]}, "e": {}}]', {"nested": "columns"}, [{"a.b.c": 1, "a.d": [1]}]),
    ],
)
def test_the_rows_of_a_document_are_read(data: bytes, told: dict[str, Any], expected: list[Any]) -> None:
    assert rows("json", data, **told) == expected


def test_objects_in_lines_become_columns_too() -> None:
    assert rows("jsonl", b'head\n{"a": {"b": 1}}\n', nested="columns", skip=1) == [{"a.b": 1}]


@pytest.mark.parametrize(
    ("data", "told", "what", "fix"),
    [
        (b'{"a": 1}\n{"a": 2}', {}, "this is no JSON: Extra data", "format: jsonl"),
        (b'{"meta": {}, "items": []}', {}, "the document is no list of rows", "such as 'items'"),
        (b'{"a": {"c": []}}', {"records": "a.b"}, "there is no `b`.*what is there is 'c'", "correct"),
        (b"[1]", {"records": "a"}, "what is there is no object", "correct"),
        (b"[[1]]", {}, "row 1 is no JSON object", "objects"),
        (b'["\xff"]', {}, "the file is not UTF-8", "encoding"),
        (b"[" * 100_000, {}, "this is no JSON", "jsonl"),
        (b'[{"a.b": 1, "a": {"b": 2}}]', {"nested": "columns"}, "two values of a row are called a.b", "nested"),
    ],
)
def test_what_is_no_table_is_told(data: bytes, told: dict[str, Any], what: str, fix: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        rows("json", data, **told)
    assert fix in caught.value.fix


def test_a_document_is_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 10)
    with pytest.raises(InputError, match="more than 10 bytes"):
        rows("json", b'[{"a": 12345}]')
