"""Which segment a row belongs to: by the category that a column has, or by the range that a number lies in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.columns import Column, tally
from runners.monitor.parameters import Segments
from runners.monitor.parts import Parts
from runners.monitor.tables import Tables

MOST = 200
"""Segments that are looked at."""
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Grouping:
    """Segments by one column, or by the combinations of several: each row is in exactly one of `names`.

    `place` is the segment of each combination of parts, the last column's first.
    """

    parts: tuple[Parts, ...]
    names: tuple[str, ...]
    place: Any

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that the segments are made of."""
        return tuple(part.column.name for part in self.parts)

    def places(self, rows: pd.DataFrame) -> Any:
        """Return the segment of each row."""
        return self.place[_combined(self.parts, rows)]


def groupings(tables: Tables, columns: Sequence[Column], asked: Segments) -> list[Grouping]:
    """Return the segments that are asked for, by the reference: ranges by rows of it that no figure is made of.

    Args:
        tables: the reference.
        columns: the columns that may make segments, by name.
        asked: what is asked for; what isn't among the columns is passed over.
    """
    by_name = {one.name: one for one in columns}
    wanted = [(name,) for name in asked.columns] + list(asked.crossed)
    parts = {name: _parts(tables, one, asked) for name, one in by_name.items()}
    known = [names for names in dict.fromkeys(wanted) if {*names} <= {*by_name}]
    found = [_grouping([parts[name] for name in names], tables.reference, asked) for names in known]
    kept, count = list[Grouping](), 0
    for one in found:
        count += len(one.names)
        if count <= MOST:
            kept.append(one)
    return kept


def _parts(tables: Tables, column: Column, asked: Segments) -> Parts:
    if column.kind == "number":
        return _of_numbers(tables.known[column.name], column, asked.bins)
    counts = tally(tables.reference[column.name])
    categories = tuple(str(name) for name in counts.index[: asked.most])
    names = (*_apart(f"{column.name} = {_short(one)}" for one in categories), f"{column.name}: rarer values")
    names += (f"{column.name}: values that the test rows don't hold", f"{column.name} is missing")
    known = frozenset(map(str, counts.index))
    return Parts(column, names, frozenset(), np.zeros(0), (), categories, known)


def _of_numbers(values: "pd.Series[Any]", column: Column, bins: int) -> Parts:
    numbers = values.dropna().to_numpy(float)
    levels = np.arange(1, bins) / bins
    edges = np.unique(np.quantile(numbers, levels, method="inverted_cdf")) if len(numbers) else np.zeros(0)
    edges = edges[edges < numbers.max(initial=-np.inf)]
    shown = [f"{edge:.6g}" for edge in edges.tolist()]
    between = [f"{column.name} above {low} to {high}" for low, high in pairwise(shown)]
    ends = (f"{column.name} up to {shown[0]}", f"{column.name} above {shown[-1]}") if shown else (column.name, "")
    names = _apart(filter(None, (ends[0], *between, ends[1], f"{column.name} is missing")))
    return Parts(column, names, frozenset(), np.zeros(0), tuple(edges.tolist()))


def _grouping(parts: Sequence[Parts], known: pd.DataFrame, asked: Segments) -> Grouping:
    if len(parts) == 1:
        return Grouping(tuple(parts), parts[0].names, np.arange(len(parts[0].names)))
    size = int(np.prod([len(one.names) for one in parts]))
    counts = np.bincount(_combined(parts, known), minlength=size)
    kept = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]][: asked.most]
    place = np.full(size, len(kept))
    place[kept] = np.arange(len(kept))
    names = tuple(", ".join(_named(parts, at)) for at in kept)
    others = f"{' and '.join(one.column.name for one in parts)}: other combinations"
    return Grouping(tuple(parts), (*names, others), place)


def _combined(parts: Sequence[Parts], rows: pd.DataFrame) -> Any:
    found: Any = np.zeros(len(rows), dtype=np.int64)
    for one in parts:
        found = found * len(one.names) + one.places(rows[one.column.name])
    return found


def _named(parts: Sequence[Parts], place: int) -> Iterator[str]:
    at = np.unravel_index(place, [len(one.names) for one in parts])
    yield from (one.names[int(where)] for one, where in zip(parts, at, strict=True))


def _apart(names: Iterable[str]) -> tuple[str, ...]:
    """Return names that differ: what is shortened or rounded to the same gets a number."""
    times: Counter[str] = Counter()
    found = []
    for name in names:
        times[name] += 1
        found.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return tuple(found)


def _short(name: str) -> str:
    told = " ".join(name.split())
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
