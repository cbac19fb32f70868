"""Drift of all columns together: the error of rebuilding rows from the principal components of the reference.

It grows when columns stop varying together as they did; it is told and never judged. NannyML has it so
(https://nannyml.readthedocs.io/en/stable/how_it_works/multivariate_drift.html), and a test holds this to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.chunks import Series, rows_of
from runners.monitor.columns import Column, coded_of, has_values, tally
from runners.monitor.tables import Tables

SIGMAS = 3
EXPLAINED = 0.65
"""The share of the variance that the components explain at least."""
_BLOCK = 16_384
"""Rows that are made numbers at once."""
_PRODUCTS = 2**17
"""Multiplications that are done at once: so few that OpenBLAS takes one thread, as several only wait for each other."""

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class _Components:
    """The principal components of known rows; a category is told by its share of them, a gap by what is usual.

    `axes` are those that rows are rebuilt by or the rest, which tells the error as well: whichever are fewer.
    """

    known: pd.DataFrame
    columns: Sequence[Column]
    middle: Numbers
    spread: Numbers
    axes: Numbers
    is_rest: bool

    def errors(self, rows: pd.DataFrame) -> Numbers:
        """Return how far each row is from what the components make of it."""
        found = [self._error(part) for part in _numbers(rows, self.known, self.columns)]
        return np.concatenate(found) if found else np.zeros(0)

    def _error(self, part: Numbers) -> Numbers:
        part -= self.middle
        part /= self.spread
        squares, step = np.empty(part.shape[1]), max(1, _PRODUCTS // max(1, self.axes.size))
        for first in range(0, len(squares), step):
            along = self.axes @ part[:, first : first + step]
            np.einsum("ij,ij->j", along, along, out=squares[first : first + step])
        rest = squares if self.is_rest else np.einsum("ij,ij->j", part, part) - squares
        return np.asarray(np.sqrt(np.maximum(rest, 0.0)))


def reconstruction(tables: Tables, columns: Sequence[Column]) -> Series | None:
    """Return the reconstruction error, chunk by chunk, with three standard deviations of the rows held out as limits.

    None for fewer than two columns that have values.
    """
    kept = [one for one in columns if has_values(tables.known[one.name]) and has_values(tables.now[one.name])]
    if len(kept) < 2:
        return None
    made = _components(tables.known, kept)
    before, now = (_means(made.errors(rows), tables.size) for rows in (tables.held_out, tables.now))
    usual = np.array(before)
    middle, spread = float(usual.mean()), SIGMAS * float(usual.std(ddof=1)) if len(usual) > 1 else float("inf")
    return Series(tuple(before), tuple(now), middle - spread, middle + spread)


def _components(known: pd.DataFrame, columns: Sequence[Column]) -> _Components:
    numbers = np.concatenate(list(_numbers(known, known, columns)), axis=1)
    middle, spread = numbers.mean(axis=1, keepdims=True), numbers.std(axis=1, keepdims=True)
    spread[spread == 0] = 1.0
    scaled = (numbers - middle) / spread
    variances, axes = np.linalg.eigh(scaled @ scaled.T / len(known))
    explained = np.cumsum(variances[::-1]) / max(variances.sum(), np.finfo(float).tiny)
    count = int(np.searchsorted(explained, EXPLAINED, side="right")) + 1
    is_rest = 2 * count > len(columns)
    told = axes[:, ::-1][:, count:] if is_rest else axes[:, ::-1][:, :count]
    return _Components(known, columns, middle, spread, told.T, is_rest)


def _numbers(rows: pd.DataFrame, known: pd.DataFrame, columns: Sequence[Column]) -> Iterator[Numbers]:
    """Yield rows as numbers, some thousands at a time, a column beside each other."""
    told = [_told(rows[one.name], known[one.name], one) for one in columns]
    for first in range(0, len(rows), _BLOCK):
        part = np.empty((len(columns), min(_BLOCK, len(rows) - first)))
        for line, (values, table) in zip(part, told, strict=True):
            some = values[first : first + _BLOCK]
            if values.dtype.kind == "f":
                line[:] = some
                line[np.isnan(line)] = table[0]
            else:
                line[:] = table[some]
        yield part


def _told(values: "pd.Series[Any]", known: "pd.Series[Any]", column: Column) -> tuple[Any, Numbers]:
    """Return numbers, with what stands for a gap; or the places of categories, with what stands for each."""
    if column.kind == "number":
        return values.to_numpy(float), np.array([known.mean()])
    return coded_of(values)[0], _shares(values, known)


def _shares(values: "pd.Series[Any]", known: "pd.Series[Any]") -> Numbers:
    """Return the share of each category among the known rows, and last of what stands for a gap: the most frequent."""
    shares = tally(known) / max(1, int(known.notna().sum()))
    distinct = coded_of(values)[1]
    return np.append(shares.reindex(distinct).fillna(0.0).to_numpy(float), shares.max())


def _means(errors: Numbers, size: int) -> list[float]:
    """Return the mean of each chunk's errors."""
    if not len(errors):
        return []
    sizes = rows_of(len(errors), min(size, len(errors)))
    return list((np.add.reduceat(errors, np.cumsum((0, *sizes[:-1]))) / sizes).tolist())
