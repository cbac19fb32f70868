"""Workbooks made part by part, so that each may be as no program would write it."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from runners.sources.formats import FORMATS
from runners.sources.opened import Opened
from runners.sources.parameters import FileSource

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'


def workbook(
    *sheets: str,
    texts: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    properties: str = "",
    states: Mapping[int, str] | None = None,
    instead: Mapping[str, bytes | None] | None = None,
) -> bytes:
    """Make a workbook.

    Args:
        sheets: the rows of each, as XML; they are called S1, S2 and so on.
        texts: what cells share, as XML of each.
        formats: the number format of each style, a code or the number of a usual one.
        properties: attributes of the whole.
        states: of sheets by their places, such as hidden.
        instead: parts as they are to be; None for one that isn't there.
    """
    named = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{(states or {}).get(n, "visible")}" r:id="s{n}"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr {properties}/>'
        f"<sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"s{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
            | {"t": ("sharedStrings", "sharedStrings.xml"), "f": ("styles", "/xl/styles.xml")}
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>',
        "xl/styles.xml": _styles(formats),
    }
    for n, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    return packed({name: text.encode() for name, text in parts.items()} | dict(instead or {}))


def packed(parts: Mapping[str, bytes | None]) -> bytes:
    """Pack parts as a workbook is."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)
    return target.getvalue()


def _relations(told: Mapping[str, tuple[str, str]]) -> str:
    each = (
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{part}"/>' for name, (kind, part) in told.items()
    )
    return f'<Relationships xmlns="{_RELATED}">{"".join(each)}</Relationships>'


def _styles(formats: Sequence[str | int]) -> str:
    numbers = [code if isinstance(code, int) else 200 + place for place, code in enumerate(formats)]
    own = "".join(
        f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        for number, code in zip(numbers, formats, strict=True)
        if isinstance(code, str)
    )
    each = "".join(f'<xf numFmtId="{number}"/>' for number in [0, *numbers])
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{own}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{each}</cellXfs></styleSheet>"
    )


def cell(name: str, value: str, kind: str = "n", style: int = 0) -> str:
    """Write a cell with a value."""
    return f'<c r="{name}" t="{kind}" s="{style}"><v>{escape(value)}</v></c>'


def row(number: int, *cells: str) -> str:
    """Write a row."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def rows_in(data: bytes, **settings: Any) -> list[dict[str, Any]]:
    """Read a workbook as a source does."""
    source = FileSource.model_validate({"url": "x", "format": "excel", **settings})
    return [line for batch in FORMATS["excel"](Opened("f.xlsx", BytesIO(data)), source) for line in batch.to_pylist()]
