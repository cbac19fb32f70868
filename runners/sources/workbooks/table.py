"""A sheet as a table: a header row, and the rows below it as Arrow batches."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from runners.contract import InputError
from runners.sources.opened import Opened
from runners.sources.parameters import FileSource
from runners.sources.reading import BATCH_ROWS, batch_of, check_names
from runners.sources.workbooks.book import Book, Sheet, open_book
from runners.sources.workbooks.rows import Odd, Row, cell_of, rows_of
from runners.tables.columns import text_of

MOST_CELLS, MOST_CHARACTERS = 2**20, 2**25
"""Of a batch: a text that cells share is written once in a workbook, and in a batch for each."""


def excel_batches(file: Opened, source: FileSource) -> Iterator[Any]:
    """Read a sheet of a workbook; its cells have types of their own.

    Raises:
        InputError: it is no workbook, the sheet isn't there or has no header, or a cell can't be read.
    """
    book = open_book(file)
    yield from _Table(book, book.sheet(source.sheet), source).batches()


class _Table:
    """A sheet that is read as a table."""

    def __init__(self, book: Book, sheet: Sheet, source: FileSource) -> None:
        self._where = f"{book.package.name}:{sheet.name}"
        self._skip, self._given = source.skip or 0, source.names
        self._rows = rows_of(book, sheet, frozenset(source.nulls or ()))
        self._columns: Mapping[int, str] = {}

    def batches(self) -> Iterator[Any]:
        """Yield the rows as batches, first one without rows."""
        rows = (row for row in self._rows if row.number > self._skip)
        first = next(rows, None)
        rest: Iterator[Row] = rows
        if self._given:
            self._columns = dict(enumerate(self._given))
            rest = chain([first] if first else [], rows)
        else:
            self._columns = self._named(first)
        names = list(self._columns.values())
        check_names(names, self._where)
        yield batch_of(names, [[] for _ in names])
        for values in self._in_parts(rest):
            yield batch_of(names, zip(*values, strict=True))

    def _named(self, first: Row | None) -> Mapping[int, str]:
        header = self._skip + 1
        if first is None:
            what = f"the sheet has nothing from row {header:,} on" if self._skip else "the sheet is empty"
            raise InputError(what, self._where, "write the names of the columns first, or name another sheet")
        if first.number != header:
            what = f"row {header:,} has no names of columns, and the first row with values is {first.number:,}"
            raise InputError(what, self._where, f"set source.files.skip: {first.number - 1}")
        return {column: _name(self._usual(value, first, column)) for column, value in sorted(first.cells.items())}

    def _in_parts(self, rows: Iterator[Row]) -> Iterator[list[Sequence[Any]]]:
        """Yield rows by as many as are in memory at once."""
        values: list[Sequence[Any]] = []
        most, size = min(BATCH_ROWS, max(1, MOST_CELLS // len(self._columns))), 0
        for row in rows:
            if (read := self._read(row)) is None:
                continue
            values.append(read)
            size += sum(len(value) for value in read if isinstance(value, str))
            if len(values) == most or size > MOST_CHARACTERS:
                yield values
                values, size = [], 0
        if values:
            yield values

    def _read(self, row: Row) -> Sequence[Any] | None:
        """Return a row's values; None where it holds nothing in any of the columns.

        Raises:
            InputError: a value stands in a column without a name, or can't be read.
        """
        if not row.cells.keys() <= self._columns.keys():
            column = min(row.cells.keys() - self._columns.keys())
            fix = "name its column in the header row, or take the value out"
            raise InputError("a value stands in a column without a name", self._at(row, column), fix)
        for column, value in row.cells.items():
            self._usual(value, row, column)
        return [row.cells.get(column) for column in self._columns]

    def _usual(self, value: Any, row: Row, column: int) -> Any:
        if isinstance(value, Odd):
            raise InputError(f"the cell {value.what}", self._at(row, column), value.fix)
        return value

    def _at(self, row: Row, column: int) -> str:
        return f"{self._where}!{cell_of(column, row.number)}"


def _name(value: Any) -> str:
    return text_of(value) or ""
