"""Workbooks of Excel: bytes and parts that were changed give rows, or an error in words."""

import zipfile
from io import BytesIO
from random import Random

from runners.contract import InputError
from runners.sources.formats import FORMATS
from runners.sources.opened import Opened
from runners.sources.parameters import FileSource
from tests.unit.runners.sources.workbooks.made import HEADER, cell, packed, row, workbook

_CELLS = (
    row(2, cell("A2", "45351.5", style=1), cell("B2", "0", "s")),
    row(3, cell("A3", "#REF!", "e"), '<c r="B3"><f>A1</f><v>2</v></c>'),
    row(4, cell("A4", "1", "b"), cell("B4", "2024-02-29", "d")),
)
_WHOLE = workbook(HEADER + "".join(_CELLS), texts=["<t>x</t>", "<r><t>y</t></r>"], formats=["yyyy-mm-dd", "h:mm"])
_WORDS = (
    b"<", b">", b"/>", b"&", b"&x;", b"&#0;", b"&#x110000;", b"<!DOCTYPE x>", b"<![CDATA[", b"]]>", b"<!--", b"?>",
    b'"', b"9" * 30, b"-1", b"1e999", b"nan", b"A1048577", b"XFE1", b'r="A2"', b't="s"', b's="7"', b"../" * 9, b"\x00",
    b"\xff\xfe", b"\xd8\x00", b"_xD800_", b"</c>", b"</row>", b"</sheetData>", b"<is>", b"<v>", b"<t>", b"0001-01-01",
    b"9999-12-31T23:59:59-23:59",
)  # fmt: skip


def workbooks(random: Random) -> None:
    """Read a workbook of which the bytes, or those of a part, were changed."""
    data = _changed(random, _WHOLE) if random.random() < 0.3 else _repacked(random)
    told = {
        "sheet": random.choice((None, 1, "S1")),
        "skip": random.choice((None, 1)),
        "nulls": random.choice((None, ["#REF!"])),
    }
    source = FileSource.model_validate({"url": "x", "format": "excel", **told})
    try:
        for batch in FORMATS["excel"](Opened("f.xlsx", BytesIO(data)), source):
            batch.validate(full=True)
            "\n".join(map(str, batch.to_pylist())).encode()
    except InputError as error:
        f"{error.what:.1000}{error.where}{error.fix}".encode()


def _repacked(random: Random) -> bytes:
    with zipfile.ZipFile(BytesIO(_WHOLE)) as archive:
        parts: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    for name in random.sample(sorted(parts), random.choice((1, 1, 2))):
        parts[name] = _changed(random, parts[name] or b"")
    return packed(parts)


def _changed(random: Random, data: bytes) -> bytes:
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(data))
        end = min(len(data), start + random.choice((0, 0, 1, 4, 40)))
        data = data[:start] + random.choice((*_WORDS, random.randbytes(2))) + data[end:]
    return data
