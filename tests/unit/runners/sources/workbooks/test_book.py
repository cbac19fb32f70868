"""Workbooks: which sheet is meant, and which formats are of moments."""

import pytest

from runners.contract import InputError
from runners.sources.workbooks import book
from runners.sources.workbooks.book import kind_of
from tests.unit.runners.sources.workbooks.made import HEADER, cell, row, rows_in, workbook

TWO = workbook(HEADER + row(2, cell("A2", "1")), HEADER + row(2, cell("A2", "2")), states={1: "hidden"})


@pytest.mark.parametrize(("sheet", "value"), [(None, 2), ("S1", 1), ("S2", 2), (1, 1), (2, 2)])
def test_a_sheet_is_asked_for_by_name_or_number_or_is_the_only_one_shown(sheet: str | int | None, value: int) -> None:
    assert rows_in(TWO, sheet=sheet) == [{"a": value, "b": None}]


@pytest.mark.parametrize(
    ("data", "sheet", "what"),
    [
        (TWO, 3, "there is no sheet number 3"),
        (TWO, "s1", "there is no sheet `s1`"),
        (workbook(HEADER, HEADER), None, "2 sheets that aren't hidden"),
        (workbook(), None, "0 sheets that aren't hidden"),
        (workbook(HEADER, states={1: "veryHidden"}), None, "0 sheets that aren't hidden"),
    ],
)
def test_a_sheet_that_nobody_knows_is_told_with_those_that_are_there(data: bytes, sheet: str | int, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        rows_in(data, sheet=sheet)
    assert caught.value.where == "source.files.sheet"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", "number"),
        ("0.00E+00", "number"),
        ('#,##0.00" days"', "number"),
        ("#,##0.00\\ \\d;[Red]-#,##0.00", "number"),
        ("_-* #,##0.00\\ [$€-407]_-", "number"),
        ("@", "number"),
        ("dd/mm/yyyy", "date"),
        ("[$-409]mmm yy;@", "date"),
        ("yyyy\\-mm\\-dd hh:mm:ss", "date"),
        ("mmmm", "date"),
        ("ggge", "date"),
        ("[Blue]h:mm AM/PM", "time"),
        ("mm:ss.0", "time"),
        ("[hh]:mm", "span"),
        ("[s]", "span"),
    ],
)
def test_a_format_tells_what_its_numbers_are(code: str, kind: str) -> None:
    assert kind_of(code) == kind


def test_texts_that_cells_share_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(HEADER, texts=["<t>x</t>"] * 5)
    monkeypatch.setattr(book, "MOST_TEXTS", 4)
    with pytest.raises(InputError, match="more than 4 texts"):
        rows_in(data)
    monkeypatch.setattr(book, "LARGEST_TEXTS", 50)
    with pytest.raises(InputError, match="more than 50 bytes when unpacked"):
        rows_in(data)


@pytest.mark.parametrize("kind", ["inlineStr", "str"])
def test_a_text_is_bounded(kind: str) -> None:
    text = "x" * 300_000
    inner = f"<is><t>{text}</t></is>" if kind == "inlineStr" else f"<v>{text}</v>"
    with pytest.raises(InputError, match="more than 32,767 characters"):
        rows_in(workbook(row(1, f'<c r="A1" t="{kind}">{inner}</c>')))
