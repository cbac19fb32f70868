"""How columns go with each other, by the measure that suits their types.

| columns | measure |
|---|---|
| numbers or moments | Spearman's rho, by ranks among all values of a column |
| numbers or moments, classes | correlation ratio η of these ranks, corrected for bias (Kelley, 1935) |
| classes | Cramér's V, corrected for bias (Bergsma, 2013, https://doi.org/10.1016/j.jkss.2012.10.002) |

So no map that keeps the order of numbers, and no other names of classes, make a difference. Rows in which either value
is missing are left out; the ranks are still those among all values, so that the sums of all pairs are had at once. They
are sums of whole numbers, which the order of rows doesn't change. Pairs grow with the square of the columns, so both
rows and columns are bounded: a hundred columns make 4,950 pairs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.ingest.profile.association import cramers_v
from runners.ingest.profile.intervals import Interval, Z, of_association, of_ranks, of_table
from runners.tables.summary.columns import is_class
from runners.tables.summary.numbers import keys_of
from runners.tables.types import Type

MOST_ROWS = 2_000
"""Rows that are compared: the first of the sample, which is itself one."""
MOST_COLUMNS = 100
"""Columns that are compared, the first of a table that can be."""
MOST_CLASSES = 50
"""Different values of a column of classes above which it is compared with nothing: texts, and what names rows."""
FEWEST = 30
"""Rows with both values below which nothing is said of a pair."""
MOST_PAIRS = 100
"""Pairs that a profile tells, the strongest."""
MOST_SHOWN = 20
"""Columns of the matrix that a profile has, those that go most with another."""
MUTUAL = 0.95
"""Share of the rows in which the usual partner of a value has to be there, both ways."""
INTERVALS = {"spearman": of_ranks, "correlation_ratio": of_association, "cramers_v": of_table}
"""The interval of each measure."""
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Pair:
    """How two columns go together; `value` has a sign where both are numbers."""

    columns: tuple[str, str]
    measure: str
    value: float
    rows: int
    is_mutual: bool = True
    """Whether each tells the other in nearly all rows: V is 1 where one is a function of the other, too."""

    def interval(self, z: float = Z) -> Interval:
        """Return its interval, of so many standard deviations on either side."""
        return INTERVALS[self.measure](self.value, self.rows, z)

    def least(self, z: float = Z) -> float:
        """Return the smallest size that its interval holds."""
        low, high = self.interval(z)
        return 0.0 if low <= 0 <= high else min(abs(low), abs(high))

    def as_json(self) -> dict[str, Any]:
        """Return it as the profile holds it."""
        ends = [round(end, 6) for end in self.interval()]
        told = {"columns": list(self.columns), "measure": self.measure, "value": round(self.value, 6) + 0}
        return {**told, "interval": ends, "rows": self.rows}


@dataclass(frozen=True)
class Correlations:
    """The pairs of some columns, in the table's order; `left_out` columns weren't looked at any more."""

    rows: int = 0
    columns: tuple[str, ...] = ()
    left_out: int = 0
    pairs: tuple[Pair, ...] = ()

    @cached_property
    def strongest(self) -> list[Pair]:
        """Return the pairs by their size, those of one size in the table's order."""
        return sorted(self.pairs, key=lambda pair: -round(abs(pair.value), 6))

    def as_json(self) -> dict[str, Any]:
        """Return them as the profile holds them: the strongest pairs, and a matrix of few columns."""
        return {
            "sampled_rows": self.rows,
            "columns": len(self.columns),
            "left_out": self.left_out,
            "pairs": [pair.as_json() for pair in self.strongest[:MOST_PAIRS]],
            "matrix": self._matrix(),
        }

    def _matrix(self) -> dict[str, Any]:
        strongest = dict.fromkeys(name for pair in self.strongest for name in pair.columns)
        chosen = set(list(strongest)[:MOST_SHOWN])
        shown = [name for name in self.columns if name in chosen]
        values = {pair.columns: round(pair.value, 3) + 0 for pair in self.pairs if chosen.issuperset(pair.columns)}
        return {
            "columns": shown,
            "values": [[values.get((left, right), values.get((right, left))) for right in shown] for left in shown],
        }


def correlate(rows: Mapping[str, Any], types: Mapping[str, Type]) -> Correlations:
    """Compare columns with each other.

    Args:
        rows: a sample, as Arrow's arrays by column.
        types: the types of the columns that are to be compared, in the table's order.
    """
    some = {name: values.slice(0, MOST_ROWS) for name, values in rows.items() if name in types}
    numbers: dict[str, Ranks] = {}
    classes: dict[str, Coded] = {}
    left_out = 0
    for name in [name for name in types if len(some.get(name, ())) >= FEWEST]:
        if len(numbers) + len(classes) == MOST_COLUMNS:
            left_out += 1
        elif is_class(types[name]):
            classes |= {name: found} if (found := coded(some[name])) else {}
        else:
            numbers |= {name: ranks} if (ranks := ranked(some[name])) else {}
    place = {name: at for at, name in enumerate(types)}
    pairs = [*of_numbers(numbers), *of_both(numbers, classes), *of_classes(classes)]
    told = (replace(pair, columns=_in_order(pair.columns, place)) for pair in pairs if pair.rows >= FEWEST)
    ordered = sorted(told, key=lambda pair: [place[name] for name in pair.columns])
    names = sorted((*numbers, *classes), key=place.__getitem__)
    return Correlations(max(map(len, some.values()), default=0), tuple(names), left_out, tuple(ordered))


def _in_order(columns: tuple[str, str], place: Mapping[str, int]) -> tuple[str, str]:
    left, right = columns
    return columns if place[left] <= place[right] else (right, left)


@dataclass(frozen=True, eq=False)
class Ranks:
    """Whole numbers that stand for the ranks of a column's values around zero, which is also where one is missing."""

    values: Floats
    there: Floats
    coded: "Coded"


@dataclass(frozen=True, eq=False)
class Coded:
    """The value of each row by its place in their order, -1 where it is missing."""

    codes: Codes
    count: int


def ranked(values: Any) -> Ranks | None:
    """Return the ranks of numbers or moments, ties in the middle; None where they don't differ."""
    there = values.is_valid()
    if pa.types.is_floating(values.type):
        there = pc.and_(there, pc.fill_null(pc.invert(pc.is_nan(values)), fill_value=False))
    mask: NDArray[np.bool_] = there.to_numpy(zero_copy_only=False)
    if not mask.any():
        return None
    _, inverse, counts = np.unique(keys_of(values.filter(there)), return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return None
    ends = np.cumsum(counts)
    doubled = 2 * ends - counts - len(inverse)  # twice the rank in the middle of its ties, less twice the mean
    found = np.zeros(len(mask))
    found[mask] = doubled[inverse]
    codes = np.full(len(mask), -1)
    codes[mask] = inverse
    return Ranks(found, mask.astype(np.float64), Coded(codes, len(counts)))


def coded(values: Any) -> Coded | None:
    """Return the classes of rows; None where there is one only, or too many."""
    encoded = values.cast(pa.string()).dictionary_encode()
    if not 2 <= len(encoded.dictionary) <= MOST_CLASSES:
        return None
    names = encoded.dictionary.to_pylist()
    places = np.empty(len(names), np.int64)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    indices = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return Coded(np.where(indices < 0, -1, places[indices]), len(names))


def of_numbers(numbers: Mapping[str, Ranks]) -> Iterator[Pair]:
    """Compare numbers with numbers, all pairs at once."""
    if len(numbers) < 2:
        return
    values, there = _stacked(numbers)
    rows = there.T @ there
    sums = values.T @ there
    spreads = rows * ((values * values).T @ there) - sums * sums
    together = rows * (values.T @ values) - sums * sums.T
    scale = np.sqrt(np.maximum(spreads, 0)) * np.sqrt(np.maximum(spreads.T, 0))
    for (i, left), (j, right) in combinations(enumerate(numbers), 2):
        if scale[i, j] > 0:
            value = min(1.0, max(-1.0, float(together[i, j] / scale[i, j])))
            yield Pair((left, right), "spearman", value, int(rows[i, j]))


def of_both(numbers: Mapping[str, Ranks], classes: Mapping[str, Coded]) -> Iterator[Pair]:
    """Compare numbers with classes, all numbers at once."""
    if not numbers:
        return
    values, there = _stacked(numbers)
    squares = values * values
    for name, column in classes.items():
        chosen = np.eye(column.count + 1)[column.codes][:, :-1]  # a missing one is the last place
        counts, sums = chosen.T @ there, chosen.T @ values
        told = (counts.sum(axis=0), sums.sum(axis=0), (chosen.T @ squares).sum(axis=0), (counts > 0).sum(axis=0))
        between = (sums * sums / np.maximum(counts, 1)).sum(axis=0)
        for at, (other, rows, total, square, kinds) in enumerate(zip(numbers, *told, strict=True)):
            spread = square - total * total / rows if rows else 0.0
            if rows > kinds > 1 and spread > 0:
                left = 1 - min(1.0, (between[at] - total * total / rows) / spread)
                value = float(np.sqrt(max(0.0, 1 - left * (rows - 1) / (rows - kinds))))
                is_mutual = value >= MUTUAL and are_mutual(_table(numbers[other].coded, column))
                yield Pair((other, name), "correlation_ratio", round(value, 9), int(rows), is_mutual)


def of_classes(classes: Mapping[str, Coded]) -> Iterator[Pair]:
    """Compare classes with classes, by a table for each pair."""
    for (left, one), (right, other) in combinations(classes.items(), 2):
        table = _table(one, other)
        if (value := cramers_v(table)) is not None:
            yield Pair((left, right), "cramers_v", round(value, 9), int(table.sum()), are_mutual(table))


def _table(one: Coded, other: Coded) -> Codes:
    """Count how often values are seen together."""
    both = (one.codes >= 0) & (other.codes >= 0)
    cells = np.bincount(one.codes[both] * other.count + other.codes[both], minlength=one.count * other.count)
    return cells.reshape(one.count, other.count)


def are_mutual(table: Codes) -> bool:
    """Tell whether each of two columns tells the other in nearly all rows, by how often values are seen together."""
    return bool(min(table.max(axis=0).sum(), table.max(axis=1).sum()) >= MUTUAL * table.sum())


def _stacked(numbers: Mapping[str, Ranks]) -> tuple[Floats, Floats]:
    columns: Sequence[Ranks] = list(numbers.values())
    return np.column_stack([one.values for one in columns]), np.column_stack([one.there for one in columns])
