"""The summary of a part of a table, made of its rows alone, and how the summaries of parts join."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.columns import ARROW
from runners.tables.summary.columns import ColumnSummary, column_of, is_class
from runners.tables.summary.moments import Floats
from runners.tables.summary.numbers import HUGE, are_finite
from runners.tables.summary.pairs import (
    FEW_NUMBERS,
    MOST_CLASSES,
    Coded,
    Pairs,
    grouped_of,
    table_of,
    together_of,
)
from runners.tables.types import Type


@dataclass(frozen=True, eq=False)
class Summary:
    """What some rows of a table are like: each column, and how it goes with the target where there is one."""

    rows: int
    columns: Mapping[str, ColumnSummary] = field(hash=False)
    target: str | None = None
    pairs: Mapping[str, Pairs] = field(default_factory=dict, hash=False)

    @property
    def types(self) -> dict[str, Type]:
        """Return the types of the columns, in their order."""
        return {name: column.type for name, column in self.columns.items()}

    def merged(self, other: "Summary") -> "Summary":
        """Return the summary of both parts' rows.

        Raises:
            ValueError: they are of different tables.
        """
        if self.types != other.types or self.target != other.target:
            raise ValueError("parts of different columns, types or targets can't be joined")
        return Summary(
            self.rows + other.rows,
            {name: column.merged(other.columns[name]) for name, column in self.columns.items()},
            self.target,
            {name: pairs.merged(other.pairs[name]) for name, pairs in self.pairs.items()},
        )


def summarise(batches: Iterable[Any], types: Mapping[str, Type], target: str | None = None) -> Summary:
    """Return the summary of a stream of record batches.

    Args:
        batches: rows whose columns are stored as their types say; memory holds one batch at a time.
        types: the types of all columns, in their order.
        target: the column that is to be predicted; one that isn't there is passed over.
    """
    none = pa.RecordBatch.from_arrays([pa.nulls(0, ARROW[type_]) for type_ in types.values()], names=list(types))
    parts = (summary_of(batch, types, target) for batch in batches)
    return reduce(Summary.merged, parts, summary_of(none, types, target))


def summary_of(batch: Any, types: Mapping[str, Type], target: str | None = None) -> Summary:
    """Return the summary of a record batch whose columns are stored as their types say."""
    views = {name: _View(batch.column(name), type_) for name, type_ in types.items()}
    columns = {name: column_of(view.values, view.type, view.coded) for name, view in views.items()}
    if target is None or target not in types:
        return Summary(batch.num_rows, columns)
    sought = _Target(views[target])
    pairs = {name: sought.pairs(view) for name, view in views.items() if name != target}
    return Summary(batch.num_rows, columns, target, pairs)


class _View:
    """A column of a part, and what is made of it once."""

    def __init__(self, values: Any, type_: Type) -> None:
        self.values, self.type = values, type_
        self.coded: Any = values.dictionary_encode() if is_class(type_) else None

    def classes(self) -> Coded:
        """Return the rows by their classes; of too many, the classes alone."""
        coded = self.values.dictionary_encode() if self.coded is None else self.coded
        if len(coded.dictionary) > MOST_CLASSES:
            return Coded(coded.dictionary, np.zeros(0, np.int64))
        indices = pc.fill_null(coded.indices, -1) if coded.null_count else coded.indices
        return Coded(coded.dictionary, indices.to_numpy(zero_copy_only=False).astype(np.int64))

    def numbers(self) -> Floats:
        """Return the rows as numbers, NaN where there is none that is finite."""
        values = self.values.cast(pa.int64()) if pa.types.is_timestamp(self.values.type) else self.values
        numbers: Floats = values.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        return numbers if are_finite(numbers) else np.where(np.abs(numbers) < HUGE, numbers, np.nan)


class _Target:
    """The target of a part: classes, numbers, or whole numbers that may be either."""

    def __init__(self, view: _View) -> None:
        is_whole = view.type == "integer"
        self._most = FEW_NUMBERS if is_whole else MOST_CLASSES
        self._classes = view.classes() if is_whole or is_class(view.type) else None
        self._numbers = None if is_class(view.type) else view.numbers()

    def pairs(self, view: _View) -> Pairs:
        """Return how a column of the part goes with the target."""
        target, numbers = self._classes, self._numbers
        if view.coded is not None:
            classes = view.classes()
            return Pairs(
                table=table_of(classes, target) if target else None,
                by_column=grouped_of(classes, numbers) if numbers is not None else None,
            )
        own = view.numbers()
        return Pairs(
            by_target=grouped_of(target, own, self._most) if target else None,
            numbers=together_of(own, numbers) if numbers is not None else None,
        )
