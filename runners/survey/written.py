"""How a CSV file is written: the source of a spec that reads it, found out from the file itself."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any, Literal, cast

import pyarrow as pa

from runners.contract import InputError
from runners.sources.files import find, opened, read_files
from runners.sources.formats import LONGEST_RECORD, guess_delimiter
from runners.sources.opened import Opened, codec_of
from runners.sources.parameters import FileSource
from runners.survey.encoding import encoding_of
from runners.survey.spellings import Spelled, spelled

LOOKED_AT = 50_000
"""Rows by which it is found out how things are spelled."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says of the file; the rest is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How a file is written, its columns, and those of them whose days and months could be changed round."""

    source: FileSource
    names: tuple[str, ...]
    doubtful: tuple[str, ...]


def written(path: str, asked: Asked) -> Written:
    """Find out how a CSV file is written.

    Raises:
        InputError: there is no such file, or it can't be understood.
    """
    plain = FileSource(url=path, format="csv", encoding=asked.encoding or "utf-8", delimiter=asked.delimiter)
    found = find(path, "csv")
    if len(found.paths) != 1 or found.root.rstrip("/") == path.rstrip("/"):
        raise InputError("this is a folder or several files", path, "name one file")
    if asked.encoding is None:
        with opened(found, found.paths[0], plain) as stream:
            plain = plain.model_copy(update={"encoding": encoding_of(stream, path)})
    if asked.delimiter is None:
        with opened(found, found.paths[0], plain) as stream:
            sign = guess_delimiter(Opened(path, stream), plain.encoding)
        plain = plain.model_copy(update={"delimiter": sign})
    with opened(found, found.paths[0], plain) as stream:
        plain = _named(plain, stream)
    first = _first_rows(plain)
    how = spelled(first, asked.decimal)
    return Written(_as_spec(plain, how), tuple(first), how.doubtful)


def _named(plain: FileSource, stream: IO[bytes]) -> FileSource:
    """Give a name to columns that have none, as those of row numbers often do; the header is passed over then."""
    lines = io.TextIOWrapper(stream, codec_of(plain.encoding), newline="")
    header = lines.readline(LONGEST_RECORD)
    lines.detach()
    names = next(csv.reader([header], delimiter=plain.delimiter or ","), [])
    if not any(names) or all(name.strip() for name in names):
        return plain
    told = tuple(name if name.strip() else _free(place, names) for place, name in enumerate(names, 1))
    return plain.model_copy(update={"names": told, "skip": 1})


def _free(place: int, names: Sequence[str]) -> str:
    name = "row" if place == 1 else f"column_{place}"
    while name in names:
        name += "_"
    return name


def _first_rows(source: FileSource) -> dict[str, Any]:
    """Return the columns of the first rows as text."""
    batches, rows = [], 0
    for batch in read_files(source).batches:
        batches.append(batch)
        rows += batch.num_rows
        if rows >= LOOKED_AT:
            break
    table = pa.Table.from_batches(batches).combine_chunks()
    return {name: _joined(table.column(name)) for name in table.column_names}


def _joined(column: Any) -> Any:
    return pa.concat_arrays(list(chain([pa.array([], pa.string())], column.chunks)))


def _as_spec(plain: FileSource, how: Spelled) -> FileSource:
    """Return the source with what isn't usual said: a comma that anybody would guess isn't."""
    told: dict[str, Any] = {"decimal": cast(Literal[".", ","], how.decimal), "thousands": how.thousands}
    told |= {"dates": dict(how.dates) or None, "nulls": how.nulls or None}
    return plain.model_copy(update=told)
