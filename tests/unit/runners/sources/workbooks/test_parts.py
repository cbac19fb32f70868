"""Workbooks as archives: what isn't one, and what is made to hurt who reads it."""

import tracemalloc
import zipfile
from io import BytesIO

import pytest

from runners.contract import InputError
from tests.unit.runners.sources.workbooks.made import HEADER, MAIN, cell, packed, row, rows_in, workbook

SHEET = "xl/worksheets/sheet1.xml"
LOL = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
STEAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "what", "fix"),
    [
        (b"", "it is no Excel workbook", "save it as an Excel workbook"),
        (b"id,name\n1,a\n", "it is no Excel workbook", "save it as an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "before Excel 2007", "without a password"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "OpenDocument", ".xlsx"),
        (packed({"a": b"b"}), "its part `xl/workbook.xml` can't be read: it isn't there", ".xlsx"),
        (workbook(HEADER, instead={SHEET: None}), "sheet1.xml` can't be read: it isn't there", ".xlsx"),
        (workbook(HEADER, instead={SHEET: b"<a><b></a>"}), "mismatched tag", ".xlsx"),
        (workbook(HEADER, instead={SHEET: b"\xff" * 9}), "not well-formed", ".xlsx"),
        (workbook(HEADER)[:-40], "it is no Excel workbook", ".xlsx"),
    ],
    ids=["nothing", "csv", "xls", "ods", "zip", "no-sheet", "mismatched", "no-xml", "cut"],
)
def test_what_is_no_workbook_is_told(data: bytes, what: str, fix: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        rows_in(data)
    assert fix in caught.value.fix


def test_a_binary_workbook_is_told() -> None:
    relations = (
        b'<Relationships><Relationship Id="a" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>'
    )
    with pytest.raises(InputError, match="binary workbook"):
        rows_in(packed({"_rels/.rels": relations}))


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", SHEET])
@pytest.mark.parametrize("head", [LOL, STEAL, LOL.decode().encode("utf-16")], ids=["bomb", "file", "utf-16"])
def test_entities_are_refused_in_any_part_and_encoding(part: str, head: bytes) -> None:
    with pytest.raises(InputError, match="it has a document type, which no workbook has"):
        rows_in(workbook(HEADER, instead={part: head}))


@pytest.mark.parametrize(
    "piece", [b"<!--" + b"x" * 2**25, b"<c r='" + b"A" * 2**25, b"<?x " + b"y" * 2**25], ids=["comment", "tag", "word"]
)
def test_what_the_parser_holds_as_a_whole_is_bounded(piece: bytes) -> None:
    data = workbook(HEADER, instead={SHEET: b"<worksheet><sheetData>" + piece})
    tracemalloc.start()
    with pytest.raises(InputError, match="a tag or a comment in it has more than"):
        rows_in(data)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_a_sheet_of_blanks_costs_no_memory() -> None:
    data = workbook(HEADER, instead={SHEET: b"<worksheet><sheetData>" + b" " * 2**26 + b"</sheetData></worksheet>"})
    assert len(data) < 2**17
    tracemalloc.start()
    with pytest.raises(InputError, match="the sheet is empty"):
        rows_in(data)
    assert tracemalloc.get_traced_memory()[1] < 2**22
    tracemalloc.stop()


def test_a_cell_in_the_last_corner_costs_no_memory() -> None:
    data = workbook(HEADER + row(2, cell("A2", "1")) + row(1_048_576, cell("B1048576", "2")))
    assert rows_in(data) == [{"a": 1, "b": None}, {"a": None, "b": 2}]


def test_names_of_parts_are_found_in_any_case_and_prefixes_are_passed_over() -> None:
    cells = '<x:c t="str"><x:v>a</x:v></x:c>'
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row>{cells}</x:row></x:sheetData></x:worksheet>'
    data = workbook(HEADER, instead={SHEET: None, "xl/Worksheets/Sheet1.XML": sheet.encode("utf-16")})
    assert rows_in(data, names=["x"]) == [{"x": "a"}]


def test_a_part_that_is_locked_or_broken_is_told() -> None:
    data = bytearray(workbook(HEADER + "".join(row(n, cell(f"A{n}", str(n * 7919))) for n in range(2, 900))))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        entry = archive.getinfo(SHEET)
    data[entry.header_offset + 200] ^= 0xFF
    with pytest.raises(InputError, match=r"can't be (unpacked|read)"):
        rows_in(bytes(data))
