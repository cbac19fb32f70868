"""Columns as they are compared: numbers as floats, categories as texts, whatever the log's JSON made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

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


def typed(rows: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the columns in their kinds, numbered from 0; a column that isn't there is missing in every row.

    A text among the numbers that is no number is missing too.
    """
    return pd.DataFrame({column.name: _typed(rows, column) for column in columns}, index=range(len(rows)))


def _typed(rows: pd.DataFrame, column: Column) -> Any:
    if column.name not in rows:
        return np.full(len(rows), np.nan)
    values = rows[column.name]
    if column.kind == "number":
        numbers = pd.to_numeric(values.astype(object), errors="coerce").astype(float)
        return numbers.replace([np.inf, -np.inf], np.nan).to_numpy()
    texts: Mapping[Any, Any] = {value: text_of(value) for value in values.unique()}
    return values.map(texts).astype(object).to_numpy()


def text_of(value: Any) -> Any:
    """Return a category's text: 1, 1.0 and "1" are the same one; a missing value stays missing."""
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)) or value is pd.NA:
        return np.nan
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
