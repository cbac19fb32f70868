"""Seen rows: those that a model was trained or chosen on, by hashes of their names, so that none of them judges it.

A row is named by its group, where its dataset is split by groups or by content, else by its identifier, else by its
values. Equal values have equal hashes whatever type their column has in a later version of the data.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from runners.contract import InputError
from runners.tables.bag import row_hashes
from runners.tables.columns import arrow_of
from runners.tables.sides import texts_of

FILE = "seen.parquet"
FORMAT = 1
_ROW, _TOLD = "row", b"setpoint"
_FIX = "train the model again"
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows that a model has seen: the columns that name them, and the hashes of those."""

    by: tuple[str, ...]
    rows: Array

    def among(self, columns: Mapping[str, Array]) -> Array:
        """Return which of some rows it has seen; all their columns in `by` have to be there."""
        return np.isin(names_of(columns, self.by), self.rows)

    def write(self, folder: Path) -> None:
        """Write it beside a model."""
        told = json.dumps({"format": FORMAT, "by": list(self.by)})
        table = pa.table({_ROW: pa.array(self.rows, pa.int64())}).replace_schema_metadata({_TOLD: told.encode()})
        parquet.write_table(table, folder / FILE, compression="zstd")


def seen_of(by: Sequence[str], parts: Sequence[Mapping[str, Array]]) -> Seen:
    """Return the rows of some parts as seen."""
    hashed = [names_of(columns, by) for columns in parts]
    return Seen(tuple(by), np.unique(np.concatenate(hashed)))


def read_seen(folder: Path) -> Seen | None:
    """Return the rows that a model has seen; None where it was trained before that was written down.

    Raises:
        InputError: what lies there can't be read.
    """
    if not (folder / FILE).exists():
        return None
    try:
        table = parquet.read_table(folder / FILE)
        told = json.loads((table.schema.metadata or {})[_TOLD])
        by, rows = tuple(map(str, told["by"])), table[_ROW].cast(pa.int64()).to_numpy()
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{FILE} can't be read: {str(error)[:200]}", FILE, _FIX) from error
    if told.get("format") != FORMAT:
        raise InputError(f"{FILE} is of another version of Setpoint", FILE, _FIX)
    return Seen(by, rows)


def names_of(columns: Mapping[str, Array], by: Sequence[str]) -> Array:
    """Hash what names each row, to whole numbers of 64 bits."""
    hashed: Array = row_hashes([_texts(columns[name]) for name in by])[:, 0].copy().view(np.int64)
    return hashed


def _texts(values: Array) -> Any:
    """Return values as texts; truths as numbers, as a column of them with gaps is one of numbers."""
    arrow = arrow_of(values)
    return texts_of(arrow.cast(pa.int8()) if pa.types.is_boolean(arrow.type) else arrow)
