"""The formats of tables: Parquet, CSV and JSON Lines, each from an open file to Arrow batches."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import IO, Any, NamedTuple

import pyarrow as pa
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from runners.contract import InputError
from runners.ingest.sources.reading import BATCH_ROWS, batch_of, check_names

DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 4 * 2**20


class Opened(NamedTuple):
    """A file that is open for reading bytes, and its name for messages."""

    name: str
    stream: IO[bytes]


def parquet_batches(file: Opened) -> Iterator[Any]:
    """Read a Parquet file; its types are known."""
    with parquet.ParquetFile(file.stream) as table:
        check_names(table.schema_arrow.names, file.name)
        yield _no_rows(table.schema_arrow)  # so that a file without rows has its columns
        yield from table.iter_batches(batch_size=BATCH_ROWS)


def _no_rows(schema: Any) -> Any:
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)


def csv_batches(file: Opened) -> Iterator[Any]:
    """Read a CSV file with a header line, UTF-8; every value is text, and an empty one is missing.

    The delimiter is the one of `DELIMITERS` that the header holds most.
    """
    header = _header(file)
    file.stream.seek(0)
    delimiter = max(DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter))
    check_names(names, file.name)
    with arrow_csv.open_csv(
        file.stream,
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK),  # so that errors name the row
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names}, strings_can_be_null=True, null_values=[""]
        ),
    ) as rows:
        yield _no_rows(rows.schema)
        yield from rows


def _header(file: Opened) -> str:
    """Return the first record of a CSV file, which may hold line breaks in quotes."""
    text = ""
    for line in file.stream:
        text += _decoded(line, file.name, "utf-8-sig" if not text else "utf-8")
        if text.strip() and text.count('"') % 2 == 0:
            return text.rstrip("\r\n")
    raise InputError("the file is empty: it has no header line", file.name, "write the names of the columns first")


def _decoded(line: bytes, name: str, encoding: str = "utf-8") -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8", name, "save it as UTF-8") from error


def jsonl_batches(file: Opened) -> Iterator[Any]:
    """Read a JSON Lines file: one object a line; its columns are all keys that are seen."""
    records = _records(file)
    while part := list(islice(records, BATCH_ROWS)):
        names = list(dict.fromkeys(chain.from_iterable(part)))
        check_names(names, file.name)
        yield batch_of(names, ([record.get(name) for record in part] for name in names))


def _records(file: Opened) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file.stream, 1):
        text = _decoded(line, f"{file.name}:{number}", "utf-8-sig").strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"this is no JSON: {error}", f"{file.name}:{number}", "one JSON object a line") from error
        if not isinstance(record, dict):
            raise InputError("this is no JSON object", f"{file.name}:{number}", "one JSON object a line")
        yield record


FORMATS: Mapping[str, Callable[[Opened], Iterator[Any]]] = MappingProxyType(
    {"parquet": parquet_batches, "csv": csv_batches, "jsonl": jsonl_batches}
)
"""How each format of tables is read."""
