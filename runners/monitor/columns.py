"""Columns as they are compared: numbers as floats, categories as texts, whatever the log's JSON made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from runners.tables import Reading

Kind = Literal["number", "category"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column to watch."""

    name: str
    kind: Kind


def kind_of(values: "pd.Series[Any]", datatype: str = "") -> Kind:
    """Return how a column is compared: by its datatype of the Open Inference Protocol, else by its values."""
    if datatype:
        return "category" if datatype in ("BYTES", "BOOL") else "number"
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return "number" if is_number else "category"


def typed(rows: pd.DataFrame, columns: Sequence[Column], reading: Reading | None = None) -> pd.DataFrame:
    """Return the columns in their kinds, numbered from 0; a column that isn't there is missing in every row.

    Args:
        rows: the reference's, or those of a log, where each client spells a value in its own way.
        columns: which of them are compared, and how.
        reading: how the model's dataset read its columns.

    A text among the numbers that is no number is missing too, and so is the empty text, as it is to the model.
    """
    reading = reading or Reading({})
    return pd.DataFrame({column.name: _typed(rows, column, reading) for column in columns}, index=range(len(rows)))


def _typed(rows: pd.DataFrame, column: Column, reading: Reading) -> Any:
    if column.name not in rows:
        return np.full(len(rows), np.nan)
    values = rows[column.name]
    if column.kind == "number":
        numbers = pd.to_numeric(values.astype(object), errors="coerce").astype(float)
        return numbers.replace([np.inf, -np.inf], np.nan).to_numpy()
    told = values.tolist()
    distinct = list(dict.fromkeys(told))  # to `unique` and `map` of pandas a text ends at its first null character
    known = column.name in reading.columns
    read = reading.texts(column.name, distinct) if known else [text_of(value) for value in distinct]
    texts: Mapping[Any, Any] = {value: as_taken(text) for value, text in zip(distinct, read, strict=True)}
    return np.array([texts[value] for value in told], dtype=object)


def as_taken(text: Any) -> Any:
    """Return a text as the model takes it: it ends before its last null characters, and the empty one is missing."""
    return text.rstrip("\0") or np.nan if isinstance(text, str) else np.nan


def text_of(value: Any) -> Any:
    """Return a category's text: 1, 1.0 and "1" are the same one; a missing value stays missing."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)) or value is pd.NA:
        return np.nan
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
