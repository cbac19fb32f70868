"""Columns as they are compared: numbers as floats, categories as texts, whatever the log's JSON made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from runners.monitor.rows import Values, factored
from runners.tables import Reading

Kind = Literal["number", "category"]

_NULL = "\N{SYMBOL FOR NULL}"


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


def typed(
    rows: pd.DataFrame | Mapping[str, Values], columns: Sequence[Column], reading: Reading | None = None
) -> pd.DataFrame:
    """Return the columns in their kinds, numbered from 0; a column that isn't there is missing in every row.

    Args:
        rows: the reference's, or those of a log, where each client spells a value in its own way.
        columns: which of them are compared, and how.
        reading: how the model's dataset read its columns.

    A text among the numbers that is no number is missing too, and so is the empty text, as it is to the model.
    Categories are pandas' own, so that a million of them are a million small numbers.
    """
    reading = reading or Reading({})
    count = len(rows) if isinstance(rows, pd.DataFrame) else max(map(len, rows.values()), default=0)
    return framed({one.name: _typed(rows, one, reading, count) for one in columns}, count)


def framed(columns: Mapping[Any, Any], count: int) -> pd.DataFrame:
    """Return columns as a table of so many rows, without copying them."""
    return pd.DataFrame(dict(columns), index=pd.RangeIndex(count), copy=False)


def widened(rows: pd.DataFrame, more: Mapping[Any, Any]) -> pd.DataFrame:
    """Return a table with more columns, or others in the place of some, without copying those that it has."""
    known = {name: rows[name].array for name in rows}
    return framed(known | dict(more), len(rows))


def _typed(rows: Any, column: Column, reading: Reading, count: int) -> Any:
    if column.name not in rows:
        gaps = np.full(count, np.nan)
        return gaps if column.kind == "number" else coded(np.zeros(count, dtype=int), [np.nan])
    values = rows[column.name]
    if column.kind == "number":
        return numbers_of(values)
    codes, distinct = factored(values)
    known = column.name in reading.columns
    read = reading.texts(column.name, distinct) if known else [text_of(value) for value in distinct]
    return coded(codes, [as_taken(text) for text in read])


def numbers_of(values: Any) -> Any:
    """Return values as numbers; what is none, or infinite, is missing."""
    if isinstance(values, pa.Array) and not pa.types.is_primitive(values.type):
        codes, distinct = factored(values)
        return numbers_of(pd.Series(distinct, dtype=object))[codes]
    if isinstance(values, pa.Array) and not pa.types.is_boolean(values.type):
        numbers = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    elif getattr(values, "dtype", None) in (np.float64, np.int64):
        numbers = np.asarray(values, dtype=float)
    else:
        told = values.to_pylist() if isinstance(values, pa.Array) else values
        numbers = pd.to_numeric(pd.Series(told, dtype=object), errors="coerce").to_numpy(float)
    return np.where(np.isinf(numbers), np.nan, numbers) if np.isinf(numbers).any() else numbers


def coded(codes: Any, texts: Sequence[Any]) -> pd.Categorical:
    """Return categories by their places among some texts, of which several may be the same one, and some missing.

    To pandas a text ends at its first null character: in its place stands the sign for it.
    """
    shown = [text.replace("\0", _NULL) if isinstance(text, str) else None for text in texts]
    places = {text: place for place, text in enumerate(dict.fromkeys(text for text in shown if text is not None))}
    place = np.array([-1 if text is None else places[text] for text in shown] or [-1], dtype=np.int32)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(list(places), dtype=object))


def coded_of(values: "pd.Series[Any]") -> tuple[Any, list[Any]]:
    """Return categories as their places among those that differ, and these; what is missing is at -1."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), list(values.cat.categories)
    codes, distinct = pd.factorize(values)
    return codes, list(distinct)


def gaps_of(values: "pd.Series[Any]") -> int:
    """Return how many values are missing."""
    if isinstance(values.array, pd.Categorical):
        return int(np.count_nonzero(values.array.codes < 0))
    told = values.to_numpy()
    return int(np.count_nonzero(np.isnan(told) if told.dtype == float else pd.isna(told)))


def has_values(values: "pd.Series[Any]") -> bool:
    """Tell whether a column has values that aren't missing: nearly always its first ones tell."""
    return bool(values.iloc[:100].notna().any() or values.notna().any())


def tally(values: "pd.Series[Any]") -> "pd.Series[int]":
    """Count the categories that are there, the most frequent first."""
    codes, distinct = coded_of(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    found = pd.Series(counts, index=pd.Index(distinct, dtype=object))
    return found[found > 0].sort_values(ascending=False, kind="stable")


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
