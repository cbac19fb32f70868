"""CSV whose values are quoted by another sign than most, or by none, or in which a sign escapes others.

The checks of quotes that never close know the usual ones alone, so Python's own reader takes such files: it is slower,
and tells of each row where it ends.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import pyarrow as pa

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.sources.parameters import FileSource
from runners.sources.reading import BATCH_ROWS, check_names

LONGEST_VALUE = 2**24
"""Characters of one value."""


def batches_otherwise(name: str, stream: IO[bytes], codec: str, source: FileSource) -> Iterator[Any]:
    """Read a CSV file by the source's own signs; every value is text, and an empty one is missing.

    Raises:
        InputError: it can't be parsed so.
        UnicodeError: it is of another encoding.
    """
    csv.field_size_limit(LONGEST_VALUE)
    stream.seek(0)
    text = io.TextIOWrapper(stream, codec, newline="")
    try:
        rows = _rows(text, name, source)
        names = list(source.names or next(rows, (0, []))[1])
        check_names(names, name)
        schema = pa.schema([(one, pa.string()) for one in names])
        yield pa.RecordBatch.from_pylist([], schema)
        while some := list(islice(rows, BATCH_ROWS)):
            yield _batch(some, schema, name, source)
    finally:
        text.detach()


def _batch(rows: list[tuple[int, list[str]]], schema: Any, name: str, source: FileSource) -> Any:
    """Return rows as a batch.

    Raises:
        InputError: one has more or fewer values than there are columns.
    """
    missing, width = {"", *(source.nulls or ())}, len(schema)
    if odd := next(((line, values) for line, values in rows if len(values) != width), None):
        what = f"a row is {len(odd[1])} wide, and there are {width} names"
        raise InputError(what, f"{name}:{odd[0]}", _fix(source))
    columns = zip(*(values for _, values in rows), strict=True)
    arrays = [pa.array([None if one in missing else one for one in column], pa.string()) for column in columns]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _rows(text: io.TextIOWrapper, name: str, source: FileSource) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that aren't blank, and the line in which each ends."""
    is_quoted = source.quote != "none"
    reader = csv.reader(
        text,
        delimiter=source.delimiter or ",",
        quotechar=(source.quote or '"') if is_quoted else None,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        escapechar=source.escape,
        doublequote=source.escape is None,
        strict=True,
    )
    try:
        yield from ((reader.line_num, row) for row in reader if row)
    except csv.Error as error:
        what = f"it can't be parsed: {error}" if "unexpected end" not in str(error) else "a quote is never closed"
        raise InputError(what, f"{name}:{reader.line_num}", _fix(source)) from error


def _fix(source: FileSource) -> str:
    signs = (
        f"delimiter {shown(source.delimiter)}, quote {shown(source.quote or chr(34))} and escape {shown(source.escape)}"
    )
    return f"correct the file, or what source.files says of it: {signs}"
