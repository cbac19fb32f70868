"""A table that a person names, as a stream: CSV or Parquet, with a column of time and one to predict."""

from pathlib import Path

import pandas as pd

from tests.worth.stream import Stream, stream_of

FEWEST = 200
"""Rows with a time and a target that a table has, at least."""
SMALL = 200
"""Rows of a chunk below which a linear model is trained."""
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
    moments = _moments(table[time], time)
    known = moments.notna() & table[target].notna()
    rows = table[known].iloc[moments[known].argsort(kind="stable")].reset_index(drop=True)
    if len(rows) < max(FEWEST, 10 * chunks):
        what = f"{path} has {len(rows)} rows with {time} and {target}"
        raise TableRefusedError(f"{what}: give at least {FEWEST}, and ten for each of the {chunks} chunks")
    if rows[target].nunique() < 2:
        raise TableRefusedError(f"{path}: {target} has the same value in all rows: there is nothing to predict")
    spread = rows.iloc[:: -(-len(rows) // MOST)].reset_index(drop=True)
    is_linear = len(spread) // chunks < SMALL
    return stream_of(path.name, spread, target, chunks=chunks, source=str(path), drop=(time,), is_linear=is_linear)


def _read(path: Path) -> pd.DataFrame:
    """Read a file by its ending."""
    try:
        return pd.read_parquet(path) if path.suffix in {".parquet", ".pq"} else pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise TableRefusedError(f"{path} can't be read as CSV or Parquet: {error}") from error


def _moments(column: "pd.Series[str]", name: str) -> "pd.Series[float]":
    """Return what rows are ordered by."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    moments = pd.to_datetime(column, errors="coerce", utc=True, format="mixed")
    if moments.notna().sum() < column.notna().sum():
        wrong = column[moments.isna() & column.notna()].iloc[0]
        raise TableRefusedError(
            f"the column {name} has {wrong!r}: give dates and times as in 2026-11-30T12:00, or numbers"
        )
    return moments.astype("int64").where(moments.notna()).astype(float)
