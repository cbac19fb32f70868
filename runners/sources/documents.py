"""JSON: an object in each line, or documents that hold a list of rows; objects in objects as texts or as columns."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import IO, Any

from runners.contract import InputError
from runners.contract.mistakes import shown
from runners.sources.opened import Opened, codec_of, other_encoding
from runners.sources.parameters import FileSource
from runners.sources.reading import batch_of, batched, check_names

LARGEST = 2**28
"""Bytes of a document: it is parsed as a whole, and takes several times as much memory."""


def records_in(name: str, stream: IO[bytes], codec: str, path: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a document.

    Args:
        name: the file's, for messages.
        stream: the file.
        codec: Python's, by which it is read.
        path: keys with dots between them that lead to the list of rows; None where the document is it.

    Raises:
        InputError: it is no JSON, or there is no list of objects.
        UnicodeError: it is of another encoding.
    """
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InputError(f"it has more than {LARGEST:,} bytes", name, "write its rows as JSON Lines, one in each line")
    try:
        found = json.loads(data.decode(codec))
    except UnicodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", name, "give one JSON document, or say format: jsonl") from error
    rows = _at(path, found, name)
    for place, record in enumerate(rows, 1):
        if not isinstance(record, dict):
            raise InputError(f"row {place:,} is no JSON object", name, "give a list of objects")
        yield record


def _at(path: str | None, found: Any, name: str) -> list[Any]:
    """Return the list of rows that a path leads to."""
    for key in path.split(".") if path else ():
        if not isinstance(found, dict) or key not in found:
            there = ", ".join(islice(map(ascii, found), 10)) if isinstance(found, dict) else "no object"
            what = f"there is no {shown(key)} on the way to source.files.records: what is there is {there}"
            raise InputError(what, name, "correct source.files.records")
        found = found[key]
    if isinstance(found, list):
        return found
    lists = [ascii(key) for key, value in found.items() if isinstance(value, list)] if isinstance(found, dict) else []
    fix = f"set source.files.records to where the list of rows is{f', such as {lists[0]}' if lists else ''}"
    raise InputError(f"{path or 'the document'} is no list of rows", name, fix)


def flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of a row, those of objects in it by their keys with dots between them; an empty one has none."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _decoded(line: bytes, name: str, encoding: str) -> str:
    try:
        return line.decode(codec_of(encoding))
    except UnicodeDecodeError as error:
        raise other_encoding(name, encoding) from error


def jsonl_batches(file: Opened, source: FileSource) -> Iterator[Any]:
    """Read a JSON Lines file: one object a line; its columns are all keys that are seen."""
    yield from _batches_of(_records(file, source.encoding, source.skip or 0), file.name, source)


def json_batches(file: Opened, source: FileSource) -> Iterator[Any]:
    """Read a JSON document that holds a list of objects; its columns are all keys that are seen."""
    try:
        yield from _batches_of(
            records_in(file.name, file.stream, codec_of(source.encoding), source.records), file.name, source
        )
    except UnicodeError as error:
        raise other_encoding(file.name, source.encoding) from error


def _batches_of(records: Iterator[Mapping[str, Any]], where: str, source: FileSource) -> Iterator[Any]:
    if source.nested == "columns":
        records = (_flat(record, where) for record in records)
    for part in batched(records):
        names = list(dict.fromkeys(chain.from_iterable(part)))
        check_names(names, where)
        yield batch_of(names, ([record.get(name) for record in part] for name in names))


def _flat(record: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, value in flat(record):
        if name in found:
            raise InputError(f"two values of a row are called {name}", where, "leave out source.files.nested")
        found[name] = value
    return found


def _records(file: Opened, encoding: str, skip: int) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(file.stream, 1):
        if number <= skip:
            continue
        text = _decoded(line, f"{file.name}:{number}", encoding).strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"this is no JSON: {error}", f"{file.name}:{number}", "one JSON object a line") from error
        if not isinstance(record, dict):
            raise InputError("this is no JSON object", f"{file.name}:{number}", "one JSON object a line")
        yield record
