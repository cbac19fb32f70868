"""The rows of a sheet, as they are stored: of each its number, and what its cells hold."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from runners.contract.mistakes import as_written
from runners.sources.workbooks.book import LONGEST_TEXT, Book, Sheet, Texts, unescaped
from runners.sources.workbooks.parts import Broken, local

ROWS, COLUMNS = 2**20, 2**14
"""How many a sheet has at most."""
_CELL = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_SURE = 2**53
_LAST_DAY = 2_958_466
_LEAP_DAY = 60
"""The day after 28 February 1900, which was no leap year: Excel has it all the same."""
_FORGIVEN = "#N/A"
"""What a formula says on purpose, by NA(): there is no value."""
_AGAIN = "correct it, or save the workbook as Excel does"


class Odd(NamedTuple):
    """What a cell holds instead of a value, and what to do."""

    what: str
    fix: str


class Row(NamedTuple):
    """A row: its number from 1 on, and its cells by the numbers of their columns from 0 on, empty ones left out."""

    number: int
    cells: dict[int, Any]


def rows_of(book: Book, sheet: Sheet, nulls: frozenset[str] = frozenset()) -> Iterator[Row]:
    """Yield the rows of a sheet that hold anything.

    Args:
        book: the workbook.
        sheet: one of its sheets.
        nulls: texts that stand for a missing value, beside `#N/A`.

    Raises:
        InputError: it isn't as the format says.
    """
    reader = _Reader(book, nulls | {_FORGIVEN})
    handlers = {
        "StartElementHandler": reader.start,
        "EndElementHandler": reader.end,
        "CharacterDataHandler": reader.add,
    }
    for _ in book.package.parsing(sheet.part, handlers):
        yield from reader.rows
        reader.rows.clear()


class _Reader:
    """Sees the elements of a sheet, and makes rows of them."""

    def __init__(self, book: Book, nulls: frozenset[str]) -> None:
        self.rows: list[Row] = []
        self._book, self._nulls = book, nulls
        self._number, self._column = 0, -1
        self._cells: dict[int, Any] = {}
        self._kind, self._style = "n", ""
        self._text: str | None = None
        self._is_value, self._is_formula, self._is_data = False, False, False
        self._inline = Texts()

    def start(self, name: str, told: Mapping[str, str]) -> None:
        """See an element begin."""
        tag = local(name)
        if tag == "c":
            self._column = _column_of(told["r"]) if "r" in told else self._column + 1
            self._kind, self._style = told.get("t", "n"), told.get("s", "")
            self._text, self._is_formula = None, False
        elif tag == "v":
            self._text, self._is_value = "", True
        elif tag == "row":
            self._begin(told.get("r"))
        elif tag == "f":
            self._is_formula = True
        elif tag == "is":
            self._text = ""
        elif tag == "sheetData":
            self._is_data = True
        if self._kind == "inlineStr":
            self._inline.start(tag)

    def _begin(self, told: str | None) -> None:
        number = self._number + 1 if told is None else _whole(told, ROWS)
        if number is None or not self._number < number <= ROWS:
            raise Broken(f"row {as_written(told)} stands after row {self._number}")
        self._number, self._column, self._cells = number, -1, {}

    def add(self, text: str) -> None:
        """See characters."""
        if self._is_value:
            self._text = (self._text or "") + text
            if len(self._text) > 7 * LONGEST_TEXT:
                raise Broken(f"a cell in row {self._number} has more than {LONGEST_TEXT:,} characters")
        elif self._kind == "inlineStr":
            self._inline.add(text)

    def end(self, name: str) -> None:
        """See an element end."""
        tag = local(name)
        if self._kind == "inlineStr":
            self._inline.end(tag)
        if tag == "v":
            self._is_value = False
        elif tag == "is":
            self._text = self._inline.take()
        elif tag == "c" and self._is_data:
            self._close()
        elif tag == "row" and self._cells:
            self.rows.append(Row(self._number, self._cells))
        elif tag == "sheetData":
            self._is_data = False

    def _close(self) -> None:
        if not 0 <= self._column < COLUMNS or self._column in self._cells:
            raise Broken(f"a cell of row {self._number} stands in no column, or in another's")
        value = self._value()
        if value is not MISSING:
            self._cells[self._column] = value
        self._kind = "n"

    def _value(self) -> Any:
        """Return what a cell holds; `MISSING` where it is empty, None where its text stands for a missing value."""
        text = self._text
        if text is None:
            what = "is a formula whose value isn't stored"
            return Odd(what, "open the workbook in Excel, and save it") if self._is_formula else MISSING
        if self._kind == "s" and text:
            place = _whole(text, len(self._book.texts) - 1)
            if place is None:
                return Odd(f"refers to a text that isn't there ({as_written(text)})", _AGAIN)
            text = self._book.texts[place]
        elif self._kind == "str":
            text = unescaped(text)
        if text in self._nulls:
            return None
        if self._kind in ("s", "str", "inlineStr"):
            return text or MISSING
        return _READ.get(self._kind, _unknown)(text, self)

    @property
    def kind_of_number(self) -> str:
        """Return what the cell's number is, by its style."""
        kinds = self._book.kinds
        place = _whole(self._style, len(kinds) - 1) if self._style else 0
        return kinds[place] if place is not None and place < len(kinds) else "number"

    @property
    def is_1904(self) -> bool:
        """Tell whether days are counted from 1904 on."""
        return self._book.is_1904


MISSING = object()
"""An empty cell."""


def _number(text: str, reader: _Reader) -> Any:
    if not text:
        return MISSING
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        return Odd(f"holds no number ({as_written(text)})", _AGAIN)
    kind = reader.kind_of_number
    if kind == "date" or (kind == "time" and value >= 1):
        return _moment(value, is_1904=reader.is_1904)
    if kind == "time" and value >= 0:
        return (datetime.min + timedelta(milliseconds=round(value * 86_400_000))).time().isoformat()  # noqa: DTZ901
    return int(value) if value.is_integer() and abs(value) < _SURE else value


def _moment(days: float, *, is_1904: bool) -> Any:
    """Return a moment by its days, to the millisecond."""
    if not 0 <= days < _LAST_DAY - 1462 * is_1904 or (not is_1904 and int(days) == _LEAP_DAY):
        return Odd(
            f"has the format of a date, and no calendar has the day {days:.15g}", "correct the date, or its format"
        )
    first = datetime(1904, 1, 1, tzinfo=UTC) if is_1904 else datetime(1899, 12, 31 - (days > _LEAP_DAY), tzinfo=UTC)
    return first + timedelta(milliseconds=round(days * 86_400_000))


def _truth(text: str, _: _Reader) -> Any:
    truths = {"1": True, "0": False, "true": True, "false": False}
    return truths.get(text.lower(), Odd(f"holds neither true nor false ({as_written(text)})", _AGAIN))


def _error(text: str, _: _Reader) -> Any:
    fix = f'correct the formula; or have it read as missing: source.files.nulls: ["{text:.20}"]'
    return Odd(f"holds the error {text:.20}", fix)


def _written(text: str, _: _Reader) -> Any:
    """Return a moment that is written as ISO 8601; a time of a day stays a text."""
    if not text[:4].isdigit():
        return text
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return Odd(f"holds no date ({as_written(text)})", _AGAIN)


def _unknown(*_: object) -> Any:
    return Odd("holds a value of a kind that isn't known", _AGAIN)


_READ = {"n": _number, "b": _truth, "e": _error, "d": _written}


def _whole(text: str, most: int) -> int | None:
    """Return a whole number from 0 on; None where it is none, or larger."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    return number if number is not None and number <= most else None


def _column_of(cell: str) -> int:
    found = _CELL.fullmatch(cell)
    if not found:
        raise Broken(f"there is no cell {as_written(cell)}")
    return _column(found[1])


@lru_cache(2**15)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def cell_of(column: int, row: int) -> str:
    """Return the name of a cell, such as `C7`."""
    letters, left = "", column + 1
    while left:
        left, place = divmod(left - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}"
