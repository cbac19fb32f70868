"""US census rows (ACS, Massachusetts) in a SQLite table, as a warehouse would hold them.

The rows ship in NannyML: employment of 277,677 people by year, 2015 with its outcomes, 2016 to 2018 with outcomes
in a file of their own, as they arrive later in life. They stem from folktables (Ding et al., 2021,
https://arxiv.org/abs/2108.04884). NannyML's own predictions are left out. Categories are text, and their code "0"
stands for "not applicable": nothing is missing but outcomes.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from runners.samples.installed import shipped

YEARS = (2015, 2016, 2017, 2018)
"""The years that there are rows of."""

CATEGORIES = (
    *("SCHL", "MAR", "RELP", "DIS", "ESP", "CIT", "MIG", "MIL"),
    *("ANC", "NATIVITY", "DEAR", "DEYE", "DREM", "SEX", "RAC1P"),
)
"""The columns of codes; what each means is in the data dictionary of the American Community Survey's PUMS files."""
COLUMNS = ("id", "AGEP", *CATEGORIES, "year", "employed")

_TYPES = {"id": "INTEGER PRIMARY KEY", "AGEP": "REAL", "year": "INTEGER NOT NULL", "employed": "INTEGER"}
_DECLARED = ", ".join(f"{name} {_TYPES.get(name, 'TEXT')}" for name in COLUMNS)
_CREATE = f"CREATE TABLE IF NOT EXISTS census ({_DECLARED})"
_INSERT = f"INSERT OR IGNORE INTO census VALUES ({', '.join('?' * len(COLUMNS))})"
_ARRIVE = "UPDATE census SET employed = ? WHERE id = ? AND employed IS NULL"


def census(path: Path, years: Iterable[int], with_outcomes: bool = True, *, rows: int | None = None) -> int:
    """Append years of census rows to the table `census` of a SQLite file, which is made when it isn't there.

    Rows that are there already stay as they are, so doing it twice is harmless.

    Args:
        path: the SQLite file.
        years: some of `YEARS`.
        with_outcomes: whether `employed` is known; else it is NULL until `arrive` is called.
        rows: take only the first so many rows of each year; all by default.

    Returns:
        How many rows were added.

    Raises:
        ValueError: there are no rows of a year.
        FileNotFoundError: NannyML isn't installed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=60)) as database, database:
        database.execute(_CREATE)
        before = database.total_changes
        for year in _known(years):
            database.executemany(_INSERT, _rows_of(year, with_outcomes, rows))
        return database.total_changes - before


def arrive(path: Path, years: Iterable[int] = YEARS) -> int:
    """Let the true outcomes arrive for the rows of these years that are in the table and have none.

    Returns:
        How many outcomes arrived.

    Raises:
        ValueError: there are no rows of a year.
        FileNotFoundError: there is no such file, or NannyML isn't installed.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: make it with `python -m runners.samples census` first")
    with closing(sqlite3.connect(path, timeout=60)) as database, database:
        before = database.total_changes
        for year in _known(years):
            table = _table(year)
            outcomes = zip(_values(table["employed"]), _values(table["id"]), strict=True)
            database.executemany(_ARRIVE, outcomes)
        return database.total_changes - before


def _known(years: Iterable[int]) -> list[int]:
    wanted = sorted(set(years))
    unknown = [year for year in wanted if year not in YEARS]
    if unknown:
        raise ValueError(f"no census rows of {', '.join(map(str, unknown))}: there are {YEARS[0]} to {YEARS[-1]}")
    return wanted


def _rows_of(year: int, with_outcomes: bool, rows: int | None) -> Iterator[tuple[Any, ...]]:
    table = _table(year).slice(0, rows)
    columns = [_values(table[name]) for name in COLUMNS[:-1]]
    outcomes = _values(table["employed"]) if with_outcomes else [None] * table.num_rows
    return zip(*columns, outcomes, strict=True)


def _values(column: Any) -> list[Any]:
    """Return a column's values as Python objects; by NumPy, which is ten times faster than `to_pylist` here."""
    values: list[Any] = column.to_numpy().tolist()
    return values


def _table(year: int) -> Any:
    """Read one year's rows with their outcomes, by id, as a pyarrow table."""
    from pyarrow import parquet

    of_year = [("year", "==", year)]
    if year == YEARS[0]:
        return parquet.read_table(_file("reference"), columns=list(COLUMNS), filters=of_year).sort_by("id")
    rows = parquet.read_table(_file("analysis"), columns=list(COLUMNS[:-1]), filters=of_year)
    outcomes = parquet.read_table(_file("analysis_target"), columns=["id", "employed"])
    return rows.join(outcomes, "id", join_type="left outer").sort_by("id")


def _file(part: str) -> Path:
    return shipped("nannyml", f"datasets/data/employment_MA_{part}.pq", extra="monitor")
