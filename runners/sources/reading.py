"""What a source gives: batches of rows, and Python values made into Arrow columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa

from runners.contract import InputError
from runners.tables.columns import array_of

Item = TypeVar("Item")

BATCH_ROWS = 16_384
"""Rows that are in memory at once while a source is read."""


@dataclass(frozen=True)
class Reading:
    """A source that is being read. `is_text` tells that its values have no types of their own, as in CSV.

    `read_from` says where the rows come from, secrets unrevealed, for the metadata of the dataset.
    """

    batches: Iterator[Any]
    is_text: bool
    read_from: str


def batch_of(names: Sequence[str], columns: Iterable[Sequence[Any]]) -> Any:
    """Make a batch of columns of Python values."""
    return pa.RecordBatch.from_arrays([array_of(values) for values in columns], names=list(names))


def with_columns(names: Sequence[str], batches: Iterable[Any]) -> Iterator[Any]:
    """Yield batches that all have some columns, in this order and before any others; first one without rows."""
    yield batch_of(names, [[] for _ in names])
    for batch in batches:
        others = [name for name in batch.schema.names if name not in names]
        arrays = [_column(batch, name) for name in [*names, *others]]
        yield pa.RecordBatch.from_arrays(arrays, names=[*names, *others])


def _column(batch: Any, name: str) -> Any:
    index = batch.schema.get_field_index(name)
    return batch.column(index) if index >= 0 else pa.nulls(batch.num_rows)


def batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield items by as many as are rows of a batch."""
    left = iter(items)
    while some := list(islice(left, BATCH_ROWS)):
        yield some


def no_rows(schema: Any) -> Any:
    """Return a batch without rows, so that a table that has none has its columns."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, kind) for kind in schema.types], schema=schema)


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse columns that can't be told apart by their names.

    Raises:
        InputError: there are no columns, one has no name, or two have the same.
    """
    if not names:
        raise InputError("there are no columns", where, "give a source with at least one column")
    for index, name in enumerate(names):
        if not name.strip():
            raise InputError(f"column {index + 1} has no name", where, "name every column")
        if name in names[:index]:
            raise InputError(f"two columns are called {name}", where, "give each column a name of its own")
