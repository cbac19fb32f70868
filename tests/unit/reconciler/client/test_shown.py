"""What shows in a notebook is text and pictures, whoever wrote it."""

import sys

import pytest

from reconciler.client.shown import MOST, Picture, Table, flat, framed
from tests.unit.reconciler.web.pages.conftest import HOSTILE


def test_a_table_is_text() -> None:
    table = Table([{"a": HOSTILE, "b": None}, {"c": 1.5}])
    shown = table._repr_html_()
    assert table.columns == ["a", "b", "c"]
    assert "<script>" not in shown
    assert "\u202e" not in shown
    assert "<td>1.5</td>" in shown
    assert "5 more" in Table([{"a": 1}] * (MOST + 5))._repr_html_()


def test_rows_are_a_frame_where_pandas_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")
    rows = [{"a": 1}, {"b": "x"}]
    assert isinstance(framed(rows), pandas.DataFrame)
    assert list(framed(rows).columns) == ["a", "b"]
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert framed(rows) == rows
    assert isinstance(framed(rows), Table)


def test_blocks_are_columns() -> None:
    assert flat({"a": {"b": {"c": 1}, "d": [2]}, "e": None}) == {"a.b.c": 1, "a.d": [2], "e": None}


def test_a_picture_shows_and_does_nothing_else() -> None:
    dots = Picture("a.png", b"\x89PNG\r\n\x1a\n...")
    assert (dots._repr_png_(), dots._repr_html_()) == (dots.content, None)
    lines = Picture('"><script>alert(1)</script>.svg', b"<svg><script>alert(1)</script></svg>")
    shown = lines._repr_html_()
    assert shown
    assert "<script>" not in shown
    assert shown.startswith('<img src="data:image/svg+xml;base64,')
    assert lines._repr_png_() is None
