"""How a column goes with the target: figures of the rows that have both, which join to those of the whole.

Classes are counted one by one while they are few; a column with more is a name or a text, and goes with anything.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from runners.tables.summary.hashes import Keys
from runners.tables.summary.moments import Comoments, Floats, Moments, comoments_of, moments_of

MOST_CLASSES = 200
"""Distinct values up to which a column holds classes."""
FEW_NUMBERS = 20
"""Distinct whole numbers up to which a target counts as classes."""


@dataclass(frozen=True, eq=False)
class Coded:
    """The rows of a part by the classes of a column: the classes, and which one each row has, -1 for none."""

    classes: Any
    codes: Keys


@dataclass(frozen=True, eq=False)
class Table:
    """How often each class of a column is seen with each of the target."""

    left: Any
    right: Any
    counts: Keys
    is_full: bool = False
    """Whether there were too many classes, and nothing was counted."""

    def merged(self, other: "Table") -> "Table":
        """Return the counts of both."""
        if self.is_full or other.is_full:
            return self if self.is_full else other
        left, mine, others = _aligned(self.left, other.left)
        right, my_columns, other_columns = _aligned(self.right, other.right)
        if max(len(left), len(right)) > MOST_CLASSES:
            return Table(left[:0], right[:0], np.zeros((0, 0), np.int64), is_full=True)
        counts = np.zeros((len(left), len(right)), np.int64)
        counts[np.ix_(mine, my_columns)] += self.counts
        counts[np.ix_(others, other_columns)] += other.counts
        return Table(left, right, counts)


@dataclass(frozen=True, eq=False)
class Grouped:
    """The numbers of one column by the classes of another: how many, their means, and the moments of all."""

    classes: Any
    counts: Keys
    means: Floats
    moments: Moments
    most: int = MOST_CLASSES
    is_full: bool = False
    """Whether there were too many classes, and nothing was counted."""

    def merged(self, other: "Grouped") -> "Grouped":
        """Return the figures of both."""
        if self.is_full or other.is_full:
            return self if self.is_full else other
        classes, mine, others = _aligned(self.classes, other.classes)
        if len(classes) > self.most:
            return _full(classes, self.most)
        counts, sums = np.zeros(len(classes), np.int64), np.zeros(len(classes))
        for part, places in ((self, mine), (other, others)):
            counts[places] += part.counts
            sums[places] += part.counts * part.means
        return Grouped(classes, counts, sums / np.maximum(counts, 1), self.moments.merged(other.moments), self.most)


@dataclass(frozen=True, eq=False)
class Pairs:
    """A column with the target, as far as their types allow: a whole number may turn out to be a class or not."""

    table: Table | None = None
    by_target: Grouped | None = None
    by_column: Grouped | None = None
    numbers: Comoments | None = None

    def merged(self, other: "Pairs") -> "Pairs":
        """Return the figures of both parts."""
        return Pairs(
            self.table.merged(other.table) if self.table and other.table else None,
            self.by_target.merged(other.by_target) if self.by_target and other.by_target else None,
            self.by_column.merged(other.by_column) if self.by_column and other.by_column else None,
            self.numbers.merged(other.numbers) if self.numbers and other.numbers else None,
        )


def table_of(left: Coded, right: Coded) -> Table:
    """Count the classes of two columns of a part."""
    if max(len(left.classes), len(right.classes)) > MOST_CLASSES:
        return Table(left.classes[:0], right.classes[:0], np.zeros((0, 0), np.int64), is_full=True)
    wide = len(right.classes)
    both = (left.codes >= 0) & (right.codes >= 0)
    places = (left.codes * wide + right.codes)[both]
    counts = np.bincount(places, minlength=len(left.classes) * wide)
    return Table(left.classes, right.classes, counts.reshape(len(left.classes), wide))


def grouped_of(coded: Coded, numbers: Floats, most: int = MOST_CLASSES) -> Grouped:
    """Group the numbers of a part, NaN where there is none, by classes."""
    if len(coded.classes) > most:
        return _full(coded.classes, most)
    both = (coded.codes >= 0) & ~np.isnan(numbers)
    codes, values = (coded.codes, numbers) if both.all() else (coded.codes[both], numbers[both])
    moments = moments_of(values)
    counts = np.bincount(codes, minlength=len(coded.classes))
    sums = np.bincount(codes, values - moments.mean, minlength=len(coded.classes))
    return Grouped(coded.classes, counts, moments.mean + sums / np.maximum(counts, 1), moments, most)


def together_of(column: Floats, target: Floats) -> Comoments:
    """Return the comoments of two columns of a part, NaN where there is no number."""
    both = ~(np.isnan(column) | np.isnan(target))
    return comoments_of(column, target) if both.all() else comoments_of(column[both], target[both])


def _full(classes: Any, most: int) -> Grouped:
    none: NDArray[Any] = np.zeros(0)
    return Grouped(classes[:0], none.astype(np.int64), none, Moments(), most, is_full=True)


def _aligned(left: Any, right: Any) -> tuple[Any, Keys, Keys]:
    """Return the classes of two parts together, and where those of each now stand."""
    coded = pa.concat_arrays([left, right]).dictionary_encode()
    places = coded.indices.to_numpy(zero_copy_only=False)
    return coded.dictionary, places[: len(left)], places[len(left) :]
