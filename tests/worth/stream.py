"""A stream: rows in the order of time, in chunks of one size, and what is to be predicted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows in the order of time."""

    name: str
    features: pd.DataFrame
    """Numbers, and categories as codes: shape [rows, columns]."""
    target: NDArray[Any]
    """Codes of classes from 0, or numbers; shape [rows]."""
    classes: int
    """How many there are; 0 where numbers are predicted."""
    chunk: int
    """Rows of a chunk."""
    source: str
    changes: tuple[int, ...] = ()
    """The rows at which it changes, where that is known."""
    is_linear: bool = False
    """Whether a linear model is trained: chunks too small for trees."""
    is_for_tuning: bool = False
    """Whether constants were chosen on it: what is claimed is claimed of the others."""

    @property
    def chunks(self) -> int:
        """Return how many whole chunks there are; the rows of the last, if it isn't whole, are left out."""
        return len(self.target) // self.chunk

    def shuffled(self, seed: int) -> "Stream":
        """Return the same rows in another order: nothing drifts in it."""
        order = np.random.default_rng([11, seed]).permutation(len(self.target))
        rows = self.features.iloc[order].reset_index(drop=True)
        return replace(self, name=f"{self.name}, shuffled", features=rows, target=self.target[order], changes=())


def stream_of(
    name: str, table: pd.DataFrame, target: str, *, chunks: int, source: str, drop: Sequence[str] = (), **told: Any
) -> Stream:
    """Return a table as a stream.

    Args:
        name: of the stream.
        table: in the order of time, every row with a target.
        target: its column; texts, booleans and whole numbers of at most 20 values are classes.
        chunks: how many there are to be.
        source: where it is from.
        drop: columns that a model mustn't see.
        told: more of the stream's fields.
    """
    found, classes = _target(table[target])
    features = pd.DataFrame({str(one): _codes(table[one]) for one in table if one not in {target, *drop}})
    return Stream(name, features, found, classes, max(1, len(table) // chunks), source, **told)


def _target(column: "pd.Series[Any]") -> tuple[NDArray[Any], int]:
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if is_number and (column.nunique() > 20 or not np.all(column == column.round())):
        return column.to_numpy(np.float64), 0
    codes, found = pd.factorize(column, sort=True)
    return codes, len(found)


def _codes(column: "pd.Series[Any]") -> "pd.Series[float]":
    """Return numbers as they are, moments as days, and all else by its place among the values, sorted."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.Series((column - column.min()).dt.total_seconds() / 86400.0)
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64).replace([np.inf, -np.inf], np.nan)
    codes = pd.factorize(column.astype(str).where(column.notna()), sort=True)[0].astype(np.float64)
    return pd.Series(np.where(codes < 0, np.nan, codes), index=column.index)
