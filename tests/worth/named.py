"""A table that a person names, as a stream: CSV or Parquet, with a column of time and one to predict."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.worth.stream import Stream, stream_of

FEWEST = 200
"""Rows with a time and a target that a table has, at least."""
SMALL = 200
"""Rows of a chunk below which a linear model is trained."""
CLASSES = 50
"""Classes that a target has, at most."""
WAYS: tuple[Mapping[str, Any], ...] = ({"format": "ISO8601"}, {"dayfirst": False}, {"dayfirst": True})
"""The ways of writing a moment: where the first doesn't fit, one of the others has to alone."""
MOST = 60_000
"""Rows that are looked at, evenly spread over time."""


class TableRefusedError(Exception):
    """Nothing can be said of this table; the text says why, and what to do."""


def named(path: Path, time: str, target: str, chunks: int) -> Stream:
    """Return a table as a stream.

    Args:
        path: of a file, `.csv` (also compressed) or `.parquet`.
        time: its column of time: dates and times, or numbers.
        target: the column to predict.
        chunks: how many there are to be.

    Raises:
        TableRefusedError: it can't be read, has no such column, or too few rows.
    """
    table = _read(path)
    if missing := [name for name in (time, target) if name not in table]:
        raise TableRefusedError(f"{path} has no column {missing[0]}; it has {', '.join(map(str, table))}")
    moments, wanted = _moments(table[time], time), table[target]
    is_number = pd.api.types.is_numeric_dtype(wanted)
    known = moments.notna() & wanted.notna() & (wanted.abs() < np.inf if is_number else True)
    rows = table[known].iloc[moments[known].argsort(kind="stable")].reset_index(drop=True)
    if len(rows) < max(FEWEST, 10 * chunks):
        what = f"{path} has {len(rows)} rows with {time} and {target}"
        raise TableRefusedError(f"{what}: give at least {FEWEST}, and ten for each of the {chunks} chunks")
    _check_target(rows[target], f"{path}: {target}")
    spread = rows.iloc[:: -(-len(rows) // MOST)].reset_index(drop=True)
    is_linear = len(spread) // chunks < SMALL
    return stream_of(path.name, spread, target, chunks=chunks, source=str(path), drop=(time,), is_linear=is_linear)


def _check_target(column: "pd.Series[Any]", what: str) -> None:
    count = column.nunique()
    if count < 2:
        raise TableRefusedError(f"{what} has the same value in all rows: there is nothing to predict")
    if count > CLASSES and not pd.api.types.is_numeric_dtype(column):
        raise TableRefusedError(f"{what} has {count} different texts: predict numbers, or one of {CLASSES} classes")


def _read(path: Path) -> pd.DataFrame:
    """Read a file by its ending."""
    try:
        return pd.read_parquet(path) if path.suffix in {".parquet", ".pq"} else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise TableRefusedError(f"{path} can't be read as CSV or Parquet: {error}") from error


def _moments(column: "pd.Series[str]", name: str) -> "pd.Series[float]":
    """Return what rows are ordered by: numbers, or moments in one way of writing, which isn't guessed where two fit."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    iso, *others = (_parsed(column, options) for options in WAYS)
    found = [iso] if iso is not None else [one for one in others if one is not None]
    advice = "give dates and times as in 2026-11-30T12:00, or numbers"
    if not found:
        shown = ", ".join(map(repr, column.dropna().unique()[:3]))
        raise TableRefusedError(f"the column {name} has {shown}: {advice}")
    if len(found) > 1 and not found[0].equals(found[1]):
        shown = repr(column.dropna().iloc[0])
        raise TableRefusedError(f"the column {name} has {shown}, which may be day or month first: {advice}")
    return found[0]


def _parsed(column: "pd.Series[str]", options: Mapping[str, Any]) -> "pd.Series[float] | None":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            moments = pd.to_datetime(column, utc=True, **options)
    except (ValueError, TypeError, OverflowError):
        return None
    return moments.astype("int64").where(moments.notna()).astype(float)
