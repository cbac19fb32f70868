"""The summary of one column's values, and how two of them join."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from runners.tables.columns import ARROW
from runners.tables.summary.distinct import Distinct, distinct_of
from runners.tables.summary.frequent import Frequent, frequent_of
from runners.tables.summary.hashes import Hashes, mixed, text_hashes
from runners.tables.summary.numbers import Numbers, numbers_of, values_of
from runners.tables.types import Type


@dataclass(frozen=True)
class Lengths:
    """The characters of texts: of the shortest, of the longest, of all together."""

    shortest: int
    longest: int
    total: int

    def merged(self, other: "Lengths") -> "Lengths":
        """Return those of both."""
        return Lengths(min(self.shortest, other.shortest), max(self.longest, other.longest), self.total + other.total)


@dataclass(frozen=True, eq=False)
class Classes:
    """Texts or truths: values without arithmetic."""

    frequent: Frequent
    lengths: Lengths | None = None
    sketch: Distinct | None = None

    @property
    def distinct(self) -> int | None:
        """Return how many differ; None where only the sketch knows."""
        return len(self.frequent.values) if self.frequent.is_exact else None

    @property
    def hashes(self) -> Hashes:
        """Return the hashes of all that differ, or the smallest of them."""
        return self.sketch.hashes if self.sketch else _hashes(self.frequent.values)

    def merged(self, other: "Classes") -> "Classes":
        """Return the summary of both."""
        both = self.lengths.merged(other.lengths) if self.lengths and other.lengths else self.lengths or other.lengths
        made = Classes(self.frequent.merged(other.frequent), both)
        if made.distinct is not None:
            return made
        return replace(made, sketch=distinct_of(np.concatenate([self.hashes, other.hashes])))


def classes_of(coded: Any) -> Classes:
    """Summarise a dictionary array of texts or truths, none of them missing."""
    frequent = frequent_of(coded)
    sketch = None if frequent.is_exact else distinct_of(_hashes(coded.dictionary))
    if not pa.types.is_string(coded.dictionary.type) or not len(coded):
        return Classes(frequent, None, sketch)
    lengths = pc.utf8_length(coded.dictionary).to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.bincount(coded.indices.to_numpy(zero_copy_only=False), minlength=len(lengths))
    return Classes(frequent, Lengths(int(lengths.min()), int(lengths.max()), int(lengths @ counts)), sketch)


def _hashes(values: Any) -> Hashes:
    return text_hashes(values, 1)[0] if pa.types.is_string(values.type) else mixed(values.cast(pa.int64()).to_numpy())


@dataclass(frozen=True, eq=False)
class ColumnSummary:
    """What a column's values are like; the figures of which are of numbers and moments, or of classes."""

    type: Type
    count: int
    missing: int
    figures: Numbers | Classes

    @property
    def exact_distinct(self) -> int | None:
        """Return how many present values differ; None where that is an estimate."""
        return self.figures.distinct

    @property
    def distinct(self) -> int:
        """Return how many present values differ, or about how many."""
        exact = self.figures.distinct
        if exact is not None:
            return exact
        assert self.figures.sketch is not None  # what isn't exact has one
        return min(self.count, self.figures.sketch.estimate)

    @property
    def infinite(self) -> int:
        """Return how many numbers count as infinite."""
        return self.figures.beyond.total if isinstance(self.figures, Numbers) else 0

    @property
    def lost(self) -> int:
        """Return how many times more than is told a value may occur."""
        return self.figures.frequent.lost if isinstance(self.figures, Classes) else 0

    def top(self, most: int) -> list[tuple[Any, int]]:
        """Return the most frequent values and how often they were counted; of binned numbers none."""
        if isinstance(self.figures, Classes):
            return self.figures.frequent.top(most)
        if self.figures.distinct is None:
            return []
        tallies = (self.figures.tally, self.figures.beyond)
        keys, counts = (np.concatenate([getattr(t, name) for t in tallies]) for name in ("bins", "counts"))
        return Frequent(values_of(keys, ARROW[self.type]), counts).top(most)

    def values(self) -> list[Any] | None:
        """Return all values that differ, in their order; None where they aren't all known."""
        if self.figures.distinct is None:
            return None
        return sorted(value for value, _ in self.top(self.figures.distinct))

    def merged(self, other: "ColumnSummary") -> "ColumnSummary":
        """Return the summary of both parts.

        Raises:
            ValueError: they are of different types.
        """
        if self.type != other.type:
            raise ValueError(f"a column of type {self.type} can't be joined with one of type {other.type}")
        mine, others = self.figures, other.figures
        if isinstance(mine, Numbers) and isinstance(others, Numbers):
            figures: Numbers | Classes = mine.merged(others)
        else:
            assert isinstance(mine, Classes)  # the type decides which it is
            assert isinstance(others, Classes)
            figures = mine.merged(others)
        return ColumnSummary(self.type, self.count + other.count, self.missing + other.missing, figures)


def is_class(type_: Type) -> bool:
    """Tell whether values of a type have no arithmetic."""
    return type_ in ("string", "boolean")


def column_of(values: Any, type_: Type, coded: Any = None) -> ColumnSummary:
    """Summarise a plain array of a type; `coded` is the same as a dictionary array, where that is known."""
    present = values.drop_null() if values.null_count else values
    if is_class(type_):
        coded = values.dictionary_encode() if coded is None else coded
        figures: Numbers | Classes = classes_of(coded.drop_null() if values.null_count else coded)
    else:
        figures = numbers_of(present)
    return ColumnSummary(type_, len(present), values.null_count, figures)
