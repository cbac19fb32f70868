"""A sheet as a table: its header, what is left out, and what stands where no column is."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.sources.opened import Opened
from runners.sources.parameters import FileSource
from runners.sources.workbooks import table
from tests.unit.runners.ingest.files_world import Folder
from tests.unit.runners.sources.workbooks.made import HEADER, cell, row, rows_in, workbook


def text(name: str, value: str) -> str:
    return cell(name, value, "str")


def line(a: Any, b: Any) -> dict[str, Any]:
    return {"a": a, "b": b}


NINE: dict[str, Any] = {"nulls": ["-9"]}
NONE: dict[str, Any] = {}


@pytest.mark.parametrize(
    ("data", "told", "expected"),
    [
        (HEADER, NONE, []),
        (HEADER + row(2, cell("A2", "1")) + row(9, text("B9", "x")), NONE, [line(1, None), line(None, "x")]),
        (row(3, text("B3", "b"), text("D3", "d")) + row(4, cell("D4", "1")), {"skip": 2}, [{"b": None, "d": 1}]),
        (row(1, text("A1", "a"), cell("B1", "2024")), NONE, []),
        (row(1, cell("A1", "1")) + row(2, cell("B2", "2")), {"names": ["a", "b"]}, [line(1, None), line(None, 2)]),
        (HEADER + row(2, text("A2", "-"), cell("B2", "#REF!", "e")), {"nulls": ["-", "#REF!"]}, [line(None, None)]),
        (HEADER + row(2, cell("A2", "-9")) + row(3, cell("A3", "9")), NINE, [line(None, None), line(9, None)]),
        (
            HEADER + row(2, cell("A2", "1"), text("B2", "x")) + row(3, text("A3", "y")),
            NONE,
            [line("1", "x"), line("y", None)],
        ),
    ],
)
def test_rows_below_a_header(data: str, told: dict[str, Any], expected: list[Any]) -> None:
    assert rows_in(workbook(data), **told) == expected


@pytest.mark.parametrize(
    ("data", "told", "what", "fix"),
    [
        ("", NONE, "the sheet is empty", "names of the columns"),
        (HEADER, {"skip": 1}, "nothing from row 2 on", "names of the columns"),
        (row(4, text("A4", "a")), NONE, "row 1 has no names of columns, and the first row with values is 4", "skip: 3"),
        (row(1, text("A1", "a"), text("B1", "a")), NONE, "two columns are called a", "name of its own"),
        (row(1, text("A1", " ")), NONE, "column 1 has no name", "name every column"),
        (HEADER + row(2, cell("C2", "1")), NONE, "a value stands in a column without a name", "name its column"),
        (row(1, cell("A1", "#REF!", "e")), NONE, "the cell holds the error", "nulls"),
    ],
)
def test_a_sheet_that_is_no_table_is_told(data: str, told: dict[str, Any], what: str, fix: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        rows_in(workbook(data), **told)
    assert fix in caught.value.fix


def test_what_is_in_memory_at_once_is_bounded_by_cells_and_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook(HEADER + "".join(row(n, text(f"A{n}", "x" * 10)) for n in range(2, 30)))
    monkeypatch.setattr(table, "MOST_CELLS", 8)
    assert len(rows_in(data)) == 28
    assert sizes(data) == [0, *[4] * 7]
    monkeypatch.setattr(table, "MOST_CHARACTERS", 25)
    assert sizes(data) == [0, *[3] * 9, 1]


def sizes(data: bytes) -> list[int]:
    source = FileSource(url="x", format="excel")
    return [batch.num_rows for batch in table.excel_batches(Opened("f", BytesIO(data)), source)]


def test_a_folder_of_workbooks_grows(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "excel")
    (folder.place / "a.xlsx").write_bytes(workbook(HEADER + row(2, cell("A2", "1"))))
    (folder.place / "~$a.xlsx").write_bytes(b"\x05who has it open")
    assert folder.refresh().grown.table.rows == 1
    (folder.place / "b.xlsx").write_bytes(workbook(HEADER + row(2, cell("A2", "2")) + row(3, text("B3", "x"))))
    grown = folder.refresh().grown
    assert (grown.table.rows, grown.told["refresh"]["kind"]) == (3, "incremental")
    assert grown.table.content == folder.refresh(full=True).grown.table.content
