"""Columns in the names of folders, as Hive divides tables: `year=2024/country=de/part-0.parquet`."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from runners.contract import InputError
from runners.sources.reading import check_names

_NOTHING = frozenset({"", "__HIVE_DEFAULT_PARTITION__", "__null__"})
"""How writers call the folder of rows that have no value."""


def columns_of(path: str) -> dict[str, str | None]:
    """Return what the folders of a file's path say, by column, the outermost first; a later one of a name counts."""
    parts = posixpath.dirname(path).split("/")
    told = [part.partition("=") for part in parts if "=" in part]
    return {unquote(name): None if value in _NOTHING else unquote(value) for name, _, value in told if name}


def same_columns(columns: Mapping[str, str | None], first: Mapping[str, str | None], name: str) -> None:
    """See that a file lies in folders of the same names as the first one.

    Raises:
        InputError: it doesn't.
    """
    if list(columns) != list(first):
        here, there = (" and ".join(names) or "none" for names in (columns, first))
        what = f"its folders tell of {here}, and those of the first file of {there}"
        raise InputError(what, name, "keep files that are divided alike under one URL")


def with_columns(batches: Iterator[Any], columns: Mapping[str, str | None], name: str) -> Iterator[Any]:
    """Yield the batches of a file with what its folders say behind their own columns, as texts.

    Raises:
        InputError: a column is in the file, too.
    """
    for batch in batches:
        if both := [column for column in columns if column in batch.schema.names]:
            what = f"the column {both[0]} is in the file and in the name of its folder"
            raise InputError(what, name, "leave out source.files.partitions, or take the column out of the files")
        more = [pa.repeat(pa.scalar(value, pa.string()), batch.num_rows) for value in columns.values()]
        names = [*batch.schema.names, *columns]
        check_names(names, name)
        yield pa.RecordBatch.from_arrays([*batch.columns, *more], names=names)
