"""A workbook: its sheets by name and number, the texts that its cells share, and which formats are of moments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from runners.contract import InputError
from runners.contract.text import printable
from runners.sources.opened import Opened
from runners.sources.workbooks.parts import SMALL, Broken, Package, local

LARGEST_TEXTS = 2**28
"""Bytes of the texts that cells share: they are kept in memory, and take several times as much."""
MOST_TEXTS = 2**24
LONGEST_TEXT = 2**15 - 1
"""Characters of a cell, by Excel's own limits."""
MOST_SHEETS = 10_000
MOST_FORMATS = 2**16
LONGEST_FORMAT = 1_000
_WHERE = "source.files.sheet"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
"""Of a format what stands for itself: texts, signs, fills, and colours, currencies and conditions in brackets."""
_DATES = frozenset([14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)])
_TIMES = frozenset([18, 19, 20, 21, 32, 33, 34, 35, 45, 47])
_SPANS = frozenset([46])
"""The formats that a workbook needn't spell out: ECMA-376-1, 18.8.30, those of Chinese, Japanese and Korean too."""


class Sheet(NamedTuple):
    """A sheet of rows and columns."""

    name: str
    part: str
    is_hidden: bool


@dataclass
class Book:
    """A workbook that is open. `kinds` says of each style whether its numbers are a `date`, a `time` or a `span`."""

    package: Package
    sheets: list[Sheet] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    is_1904: bool = False

    def sheet(self, wanted: str | int | None) -> Sheet:
        """Return the sheet that is asked for.

        Args:
            wanted: its name, or its number from 1 on, hidden ones counted; None for the only one that isn't hidden.

        Raises:
            InputError: there is no such sheet, or nobody knows which is meant.
        """
        names = [sheet.name for sheet in self.sheets]
        there = f"there are {', '.join(repr(name) for name in names[:20])}" if names else "there is none"
        if isinstance(wanted, int):
            if 1 <= wanted <= len(names):
                return self.sheets[wanted - 1]
            raise InputError(f"there is no sheet number {wanted} in {self.package.name}", _WHERE, there)
        if wanted is not None:
            if wanted in names:
                return self.sheets[names.index(wanted)]
            raise InputError(f"there is no sheet `{printable(str(wanted))}` in {self.package.name}", _WHERE, there)
        shown = [sheet for sheet in self.sheets if not sheet.is_hidden]
        if len(shown) != 1:
            what = f"{self.package.name} has {len(shown)} sheets that aren't hidden, and any could be meant"
            raise InputError(what, _WHERE, f"name one: {there}")
        return shown[0]


def open_book(file: Opened) -> Book:
    """Open a workbook.

    Raises:
        InputError: it is none, or can't be read.
    """
    package = Package(file)
    at_root = package.related("")
    main = next((part for kind, part in at_root.values() if kind == "officeDocument"), "xl/workbook.xml")
    if main.lower().endswith(".bin"):
        raise InputError("it is a binary workbook (.xlsb)", file.name, "save it as an Excel workbook (.xlsx)")
    book = Book(package)
    related = package.related(main)
    _read_sheets(book, main, related)
    for kind, part in related.values():
        if kind == "sharedStrings" and not book.texts:
            _read_texts(book, part)
        elif kind == "styles" and not book.kinds:
            _read_styles(book, part)
    return book


def _read_sheets(book: Book, main: str, related: Mapping[str, tuple[str, str]]) -> None:
    def start(tag: str, told: Mapping[str, str]) -> None:
        if tag == "workbookPr":
            book.is_1904 = told.get("date1904") in ("1", "true", "on")
        elif tag == "sheet" and len(book.sheets) < MOST_SHEETS:
            of_relation = next((value for name, value in told.items() if name.endswith(":id")), "")
            kind, part = related.get(of_relation, ("", ""))
            if kind == "worksheet":  # not a chart, a dialog or a macro
                name = unescaped(told.get("name", ""))
                book.sheets.append(Sheet(name, part, told.get("state", "visible") != "visible"))

    book.package.parse(main, start, most=SMALL)


class Texts:
    """Gathers the texts of elements `si` or `is`: of runs, too, and none of how they are pronounced."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._is_text, self._is_phonetic = False, False

    def start(self, tag: str) -> None:
        """See an element begin."""
        if tag == "rPh":
            self._is_phonetic = True
        self._is_text = tag == "t" and not self._is_phonetic

    def end(self, tag: str) -> None:
        """See an element end."""
        self._is_text = False
        if tag == "rPh":
            self._is_phonetic = False

    def add(self, text: str) -> None:
        """See characters.

        Raises:
            Broken: there are too many.
        """
        if self._is_text:
            self._length += len(text)
            if self._length > 7 * LONGEST_TEXT:  # as signs may be written by seven
                raise Broken(f"a text in it has more than {LONGEST_TEXT:,} characters")
            self._parts.append(text)

    def take(self) -> str:
        """Return what was gathered, and begin anew."""
        text = unescaped("".join(self._parts))
        self._parts, self._length = [], 0
        return text


def _read_texts(book: Book, part: str) -> None:
    texts, made = Texts(), book.texts

    def end(name: str) -> None:
        tag = local(name)
        texts.end(tag)
        if tag == "si":
            if len(made) == MOST_TEXTS:
                raise Broken(f"it has more than {MOST_TEXTS:,} texts")
            made.append(texts.take())

    handlers = {
        "StartElementHandler": lambda name, _: texts.start(local(name)),
        "EndElementHandler": end,
        "CharacterDataHandler": texts.add,
    }
    for _ in book.package.parsing(part, handlers, most=LARGEST_TEXTS):
        pass


def unescaped(text: str) -> str:
    """Read what a workbook writes of signs that XML doesn't have, such as `_x000D_`."""
    return _ESCAPED.sub(_sign, text) if "_x" in text else text


def _sign(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return "\ufffd" if 0xD800 <= number < 0xE000 else chr(number)


def _read_styles(book: Book, part: str) -> None:
    formats: dict[str, str] = {}
    within: list[str] = []

    def start(name: str, told: Mapping[str, str]) -> None:
        tag = local(name)
        within.append(tag)
        if tag == "numFmt" and len(formats) < MOST_FORMATS:
            formats[told.get("numFmtId", "")] = kind_of(told.get("formatCode", ""))
        elif tag == "xf" and within[-2:-1] == ["cellXfs"] and len(book.kinds) < MOST_FORMATS:
            number = told.get("numFmtId", "0")
            book.kinds.append(formats.get(number) or _usual(number))

    handlers = {"StartElementHandler": start, "EndElementHandler": lambda _: within.pop()}
    for _ in book.package.parsing(part, handlers, most=SMALL):
        pass


def _usual(number: str) -> str:
    known = int(number) if number.isdecimal() and len(number) < 5 else 0
    return "date" if known in _DATES else "time" if known in _TIMES else "span" if known in _SPANS else "number"


def kind_of(code: str) -> str:
    """Return what the numbers of a format are: a `date`, a `time` of a day, a `span` of hours, or `number`."""
    signs = _LITERAL.sub("", code[:LONGEST_FORMAT]).lower().split(";", 1)[0]
    if "general" in signs or re.search(r"e[+-]", signs):
        return "number"
    if "[" in signs:
        return "span"
    if any(sign in signs for sign in "ydebg"):
        return "date"
    if any(sign in signs for sign in "hs"):
        return "time"
    return "date" if "m" in signs else "number"
