"""Sources: a problem's table written as CSV, JSON Lines, Parquet or a SQLite database."""

import csv
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from tests.problems.columns import Column
from tests.problems.problem import Problem

_ARROW: Mapping[str, Any] = MappingProxyType(
    {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "string": pa.string(),
        "datetime": pa.timestamp("us", "UTC"),
    }
)
_ODD: Mapping[str, Any] = MappingProxyType(
    {
        "decimal": pa.decimal128(14, 2),
        "day": pa.date32(),
        "moment": pa.timestamp("us"),
        "few integers": pa.uint8(),
        "category": pa.dictionary(pa.int8(), pa.string()),
        "missing": pa.null(),
    }
)
"""Types of Parquet that are none of the five."""


def write_source(problem: Problem, folder: Path) -> dict[str, Any]:
    """Write a problem's table into a folder; return the spec's `source`."""
    path = folder / f"data.{problem.format}"
    _WRITERS[problem.format](problem, path)
    if problem.format == "sql":
        return {"sql": {"url": f"sqlite:///{path}", "query": "SELECT * FROM data"}}
    return {"files": {"url": str(path), "format": problem.format}}


def _csv(problem: Problem, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in problem.columns])
        for row in zip(*(column.cells for column in problem.columns), strict=True):
            writer.writerow([_text(value) for value in row])


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _jsonl(problem: Problem, path: Path) -> None:
    names = [column.name for column in problem.columns]
    rows = zip(*(column.cells for column in problem.columns), strict=True)
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), "utf-8")


def _parquet(problem: Problem, path: Path) -> None:
    parquet.write_table(pa.table({column.name: _arrow(column) for column in problem.columns}), path)


def _arrow(column: Column) -> Any:
    if column.kind == "category":
        return pa.array(column.values, pa.string()).dictionary_encode()
    return pa.array(column.values, _ODD.get(column.kind, _ARROW[column.type]))


def _sql(problem: Problem, path: Path) -> None:
    path.unlink(missing_ok=True)
    names = ", ".join(f'"{column.name.replace(chr(34), 2 * chr(34))}"' for column in problem.columns)
    marks = ", ".join("?" * len(problem.columns))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE data ({names})")
        database.executemany(
            f"INSERT INTO data VALUES ({marks})", zip(*(column.cells for column in problem.columns), strict=True)
        )


_WRITERS = MappingProxyType({"csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "sql": _sql})
