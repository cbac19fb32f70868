"""The formats of tables: Parquet, CSV, JSON and Excel, each from an open file to Arrow batches."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from types import MappingProxyType
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.sources.documents import json_batches, jsonl_batches
from runners.sources.lines import Lines
from runners.sources.opened import Opened, codec_of, other_encoding
from runners.sources.otherwise import batches_otherwise
from runners.sources.parameters import FileSource
from runners.sources.quotes import Seen, last_value, never_closed
from runners.sources.reading import check_names, no_rows
from runners.sources.workbooks.table import excel_batches
from runners.tables.content import GROUP_ROWS
from runners.tables.streamed import BUFFER

DELIMITERS = (",", ";", "\t", "|")
GUESSED_FROM = 50
"""Records that a delimiter is guessed from."""
_BLOCK = 4 * 2**20
_MANY = 1000
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
LONGEST_RECORD = 2**24
"""Characters of a record of CSV that is looked at before the file is parsed; one with an open quote may be long."""
_PARSED = re.compile(r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+)")
"""What of Arrow's message holds none of the row's values. It counts the header as the first row, and no blank lines."""


def parquet_batches(file: Opened, _source: FileSource) -> Iterator[Any]:
    """Read a Parquet file; its types are known."""
    with parquet.ParquetFile(file.stream, pre_buffer=False, buffer_size=BUFFER) as table:
        check_names(table.schema_arrow.names, file.name)
        yield no_rows(table.schema_arrow)  # so that a file without rows has its columns
        yield from table.iter_batches(batch_size=GROUP_ROWS)


def csv_batches(file: Opened, source: FileSource) -> Iterator[Any]:
    """Read a CSV file; every value is text, and an empty one is missing."""
    if source.skip or source.comment:
        unfit = other_encoding(file.name, source.encoding)
        lines = Lines(file.stream, codec_of(source.encoding), source.skip or 0, source.comment, unfit)
        source = source.model_copy(update={"skip": None, "comment": None, "encoding": "utf-8"})
        with io.BufferedReader(lines) as stream:
            yield from csv_batches(Opened(file.name, stream), source)
        return
    if source.quote or source.escape:
        try:
            yield from batches_otherwise(file.name, file.stream, codec_of(source.encoding), source)
        except UnicodeError as error:
            raise other_encoding(file.name, source.encoding) from error
        return
    yield from _csv_batches(file, source)


def _csv_batches(file: Opened, source: FileSource) -> Iterator[Any]:
    file.stream.seek(0)
    if source.names and not file.stream.read(1):
        yield no_rows(pa.schema([(name, pa.string()) for name in source.names]))
        return
    file.stream.seek(0)
    delimiter = source.delimiter or guess_delimiter(file, source.encoding)
    file.stream.seek(0)
    names = list(source.names or _names_in(_header(file, source.encoding), delimiter, file.name))
    check_names(names, file.name)
    file.stream.seek(0)
    seen = Seen(file.stream, b"\n" if "\n".encode(source.encoding) == b"\n" else b"")
    with (
        _telling_csv(file, delimiter, source),
        arrow_csv.open_csv(
            seen,
            read_options=arrow_csv.ReadOptions(  # one thread, so that errors name the row
                use_threads=False, block_size=_BLOCK, encoding=source.encoding, column_names=source.names
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=True,
                null_values=["", *(source.nulls or ())],
            ),
        ) as rows,
        ExitStack() as on_end,
    ):
        on_end.callback(seen.took, _MANY)  # so that nothing waits when the reader is closed early
        yield no_rows(rows.schema)
        last: str | None = "\n"  # of a file without rows the header may be open
        for batch in rows:
            seen.took()
            last = last_value(batch) if batch.num_rows else last
            yield batch
        if seen.may_be_open(last):
            _check_closed(file, delimiter, source)


def _check_closed(file: Opened, delimiter: str, source: FileSource) -> None:
    """Refuse a file that ends within quotes.

    Raises:
        InputError: it does.
    """
    if line := never_closed(file.stream, codec_of(source.encoding), delimiter):
        fix = "close it; one that belongs to the value is doubled, and the value is put in quotes"
        raise InputError("a quote opens here and is never closed", f"{file.name}:{line}", fix)


@contextmanager
def _telling_csv(file: Opened, delimiter: str, source: FileSource) -> Iterator[None]:
    """Tell what Arrow can't parse by its row, never by the row's values."""
    try:
        yield
    except pa.ArrowInvalid as error:
        text = str(error).split("\n", 1)[0]
        if "UTF8" in text or "UTF-8" in text:
            raise other_encoding(file.name, source.encoding) from error
        _check_closed(file, delimiter, source)
        what = f"{_miscounted(text, source) or 'it is no CSV'}, where {shown(delimiter)} parts the columns"
        raise InputError(what, file.name, "correct the file, or set source.files.delimiter") from error


def _miscounted(text: str, source: FileSource) -> str:
    """Say which row has how many values, in the words and by the count of violations; empty where it isn't that."""
    if not (found := _PARSED.search(text)):
        return ""
    row, names, values = found.groups()
    which = f"row {int(row) - (source.names is None):,}" if row else "a row"
    return f"{which} is {values} wide, and {'source.files.names' if source.names else 'the header'} {names}"


def _header(file: Opened, encoding: str) -> str:
    """Return the first record of a CSV file, which may hold line breaks in quotes."""
    return next(_records_of_csv(file, encoding))


def _names_in(header: str, delimiter: str, name: str) -> list[str]:
    try:
        return next(csv.reader([header], delimiter=delimiter))
    except csv.Error as error:
        what = f"the names of the columns can't be read where {shown(delimiter)} parts them: {error}"
        raise InputError(what, name, "correct the header line, or set source.files.delimiter") from error


def _records_of_csv(file: Opened, encoding: str) -> Iterator[str]:
    """Yield the texts of a file's records, blank lines left out, up to one that is too long.

    Raises:
        InputError: there is none, the first is too long, or the file is of another encoding.
    """
    parts: list[str] = []
    size, quotes, count, number, opened = 0, 0, 0, 0, 0
    lines = io.TextIOWrapper(file.stream, codec_of(encoding), newline="")
    try:
        while size <= LONGEST_RECORD and (line := lines.readline(LONGEST_RECORD + 1)):
            parts.append(line)
            number, more = number + 1, line.count('"')
            opened = number if more % 2 and quotes % 2 == 0 else opened
            size, quotes = size + len(line), quotes + more
            if quotes % 2 or size > LONGEST_RECORD:
                continue
            text = "".join(parts)
            parts, size, quotes = [], 0, 0
            if text.strip():
                count += 1
                yield text.rstrip("\r\n")
    except (UnicodeError, EOFError) as error:
        raise other_encoding(file.name, encoding) from error
    finally:
        lines.detach()
    if count:
        return
    if quotes % 2 or size > LONGEST_RECORD:
        within = f" within {LONGEST_RECORD:,} characters" if size > LONGEST_RECORD else ""
        where = f"{file.name}:{opened}" if quotes % 2 else file.name
        raise InputError(f"the header line has no end{within}", where, "close its quotes")
    raise InputError("the file is empty: it has no header line", file.name, "write the names of the columns first")


def guess_delimiter(file: Opened, encoding: str) -> str:
    """Return the sign that parts the columns: the one of `DELIMITERS` by which the first records are of one width.

    Signs within quotes don't count. A file of one column has a comma.

    Raises:
        InputError: it could be one as well as another.
    """
    records = [_QUOTED.sub("", text) for text in islice(_records_of_csv(file, encoding), GUESSED_FROM)]
    there = [sign for sign in DELIMITERS if sign in records[0]]
    if len(there) < 2:
        return there[0] if there else DELIMITERS[0]
    fitting = [sign for sign in there if len({text.count(sign) for text in records}) == 1]
    if len(fitting) > 1 and len(records) > 1:
        signs = " or ".join(map(repr, fitting))
        raise InputError(f"the columns could be parted by {signs}", file.name, "set source.files.delimiter")
    return fitting[0] if len(fitting) == 1 else max(there, key=records[0].count)


FORMATS: Mapping[str, Callable[[Opened, FileSource], Iterator[Any]]] = MappingProxyType(
    {
        "parquet": parquet_batches,
        "csv": csv_batches,
        "jsonl": jsonl_batches,
        "json": json_batches,
        "excel": excel_batches,
    }
)
"""How each format of tables is read."""
