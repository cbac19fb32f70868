"""The rows of a sheet: what each kind of cell holds, and what is said of cells that hold nothing that can be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.contract import InputError
from runners.sources.workbooks.rows import _column_of, cell_of
from tests.unit.runners.sources.workbooks.made import HEADER, cell, row, rows_in, workbook

STYLES = ["yyyy\\-mm\\-dd", "h:mm", "[h]:mm", '0.0" days"', 14, 22, 46, 4]
"""The formats of styles 1 and on."""


def one(data: str, **told: Any) -> Any:
    """Return what the cell A2 holds."""
    found = rows_in(workbook(HEADER + data, formats=STYLES, texts=["<t>x</t>", "<t></t>"], **told))
    return found[0]["a"] if found else None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (cell("A2", "7"), 7),
        (cell("A2", "7.0"), 7),
        (cell("A2", "-1.5E-3"), -0.0015),
        (cell("A2", "9007199254740993"), 9007199254740992.0),
        (cell("A2", "1", "b"), True),
        (cell("A2", "0", "s"), "x"),
        (cell("A2", "1", "s"), None),
        (cell("A2", "", "s"), None),
        (cell("A2", "", "str"), None),
        (cell("A2", "a&b _x0041__x005F_ _xD800_", "str"), "a&b A_ \ufffd"),
        (cell("A2", "#N/A", "e"), None),
        (cell("A2", "2024-02-29T05:06:07Z", "d"), datetime(2024, 2, 29, 5, 6, 7, tzinfo=UTC)),
        (cell("A2", "45351", style=1), datetime(2024, 2, 29, tzinfo=UTC)),
        (cell("A2", "45351.573831018519", style=6), datetime(2024, 2, 29, 13, 46, 19, tzinfo=UTC)),
        (cell("A2", "1", style=5), datetime(1900, 1, 1, tzinfo=UTC)),
        (cell("A2", "59", style=5), datetime(1900, 2, 28, tzinfo=UTC)),
        (cell("A2", "61", style=5), datetime(1900, 3, 1, tzinfo=UTC)),
        (cell("A2", "2958465", style=5), datetime(9999, 12, 31, tzinfo=UTC)),
        (cell("A2", "0.5", style=2), "12:00:00"),
        (cell("A2", "45351.5", style=2), datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (cell("A2", "1.25", style=3), 1.25),
        (cell("A2", "1.25", style=7), 1.25),
        (cell("A2", "3", style=4), 3),
        (cell("A2", "3", style=8), 3),
        (cell("A2", "3", style=99), 3),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', 2),
        ('<c t="str"><f>A1</f><v>x</v></c>', "x"),
        ('<c r="A2" t="inlineStr"><is><r><t>bo</t></r><r><t>ld</t></r><rPh><t>ボ</t></rPh></is></c>', "bold"),
        ('<c r="A2" s="1"/>', None),
    ],
)
def test_what_a_cell_holds(written: str, value: Any) -> None:
    found = one(row(2, written))
    assert (found, type(found)) == (value, type(value)) if not isinstance(value, datetime) else found == value


def test_a_workbook_may_count_its_days_from_1904() -> None:
    assert one(row(2, cell("A2", "0", style=1)), properties='date1904="1"') == datetime(1904, 1, 1, tzinfo=UTC)


@given(st.timedeltas(timedelta(days=61), timedelta(days=2_958_464)))
def test_any_moment_is_read_to_the_millisecond(since: timedelta) -> None:
    since -= timedelta(microseconds=since.microseconds % 1000)
    found = one(row(2, cell("A2", repr(since / timedelta(days=1)), style=6)))
    assert found == datetime(1899, 12, 30, tzinfo=UTC) + since


@pytest.mark.parametrize(
    ("written", "what", "fix"),
    [
        (cell("A2", "#REF!", "e"), "holds the error #REF!", '["#REF!"]'),
        ('<c r="A2"><f>1+1</f></c>', "is a formula whose value isn't stored", "open the workbook in Excel"),
        (cell("A2", "60", style=1), "no calendar has the day 60", "correct the date"),
        (cell("A2", "-1", style=1), "no calendar has the day -1", "correct the date"),
        (cell("A2", "2958466", style=1), "no calendar has the day 2958466", "correct the date"),
        (cell("A2", "1_0"), "holds no number", "correct"),
        (cell("A2", "nan"), "holds no number", "correct"),
        (cell("A2", "9", "s"), "refers to a text that isn't there", "correct"),
        (cell("A2", "2", "b"), "holds neither true nor false", "correct"),
        (cell("A2", "2024-99-01", "d"), "holds no date", "correct"),
        (cell("A2", "9999-12-31T23:59:59-23:59", "d"), "holds no date", "correct"),
        (cell("A2", "1", "odd"), "of a kind that isn't known", "correct"),
    ],
)
def test_a_cell_that_holds_no_value_is_told_by_its_name(written: str, what: str, fix: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        one(row(2, written))
    assert caught.value.where == "f.xlsx:S1!A2"
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "data",
    [
        row(2, cell("A2", "1"), cell("A2", "2")),
        row(2, cell("a2", "1")),
        row(2, cell("XFE2", "1")),
        row(2, cell("ZZZZ2", "1")),
        row(2) + row(2),
        row(3) + row(2),
        row(1_048_577),
        '<row r="-1"/>',
        '<row r="x"/>',
        row(2, cell("A2", "x" * 230_000, "str")),
        "<row",
        row(2, '<c r="A2">&lol;</c>'),
    ],
)
def test_a_sheet_that_no_program_wrote_is_refused(data: str) -> None:
    with pytest.raises(InputError, match=r"its part `xl/worksheets/sheet1.xml` can't be read"):
        one(data)


@given(st.integers(0, 16383), st.integers(1, 2**20))
def test_a_cells_name_leads_to_its_column(column: int, number: int) -> None:
    assert _column_of(cell_of(column, number)) == column
    assert cell_of(0, 1) == "A1"
