"""profile_rows_per_cpu_s, csv_rows_per_cpu_s: a million rows of twenty columns ingested, their version's files written.

Each runs in a process of its own, on one core, with what it imports read before; the writing of the table counts in.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from tests.bench.figure import Figure, peak
from tests.times import ROOT

MOST_MIB = 400
_WORDS = ("a", "few", "words", "that", "make", "up", "some", "text", "of", "every", "day", "which", "nobody", "reads")
_CLASSES = (3, 12, 60, 400)


def measure(quick: bool) -> Iterator[Figure]:
    """Ingest the same rows from Parquet and from CSV, beside what Arrow alone does with them."""
    rows = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        table = made(rows)
        parquet.write_table(table, place / "data.parquet")
        arrow_csv.write_csv(table, place / "data.csv")
        del table
        for name, format_, target in (
            ("profile_rows_per_cpu_s", "parquet", ">= 1000000"),
            ("csv_rows_per_cpu_s", "csv", ">= 400000"),
        ):
            found = _apart("ingest", place, format_)
            copied, alone = (rows / _apart(what, place, format_)["cpu"] for what in ("copied", "alone"))
            beside = f"Arrow alone, all in memory: {copied:,.0f} copied, {alone:,.0f} with its own statistics"
            yield Figure(name, rows / found["cpu"], "rows/s", target, beside)
            yield Figure(f"{format_}_ingest_peak_mib", found["mib"], "MiB", f"<= {MOST_MIB}")


def made(rows: int) -> Any:
    """Return a table of twenty columns of all types, some values missing."""
    chance = np.random.default_rng(1)
    columns: dict[str, Any] = {}
    for place in range(8):
        long, short = chance.normal(50 * place, 10 * (place + 1), rows), np.round(chance.lognormal(1, 1, rows), 2)
        gaps = chance.random(rows) < (0.05 if place < 3 else 0)
        columns[f"number {place}"] = pa.array(long if place % 2 else short, mask=gaps)
    for place, most in enumerate((2, 100, 10_000, 10**9)):
        columns[f"whole {place}"] = pa.array(chance.integers(0, most, rows))
    for place, most in enumerate(_CLASSES):
        names = pa.array([f"class {name}" for name in range(most)])
        columns[f"category {place}"] = names.take(pa.array(chance.integers(0, most, rows)))
    words = np.array(_WORDS)[chance.integers(0, len(_WORDS), (rows, 6))]
    columns["text"] = pa.array([" ".join(row) for row in words.tolist()])
    columns["truth"] = pa.array(chance.random(rows) < 0.3)
    days = np.datetime64("2020-01-01") + chance.integers(0, 1500, rows).astype("timedelta64[D]")
    return pa.table({**columns, "day": pa.array(days), "id": pa.array([f"row-{row:08d}" for row in range(rows)])})


def _apart(what: str, place: Path, format_: str) -> dict[str, float]:
    line = [sys.executable, "-m", "tests.bench.profiling", what, str(place), format_]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _ingest(place: Path, format_: str) -> float:
    from runners.ingest.ingestion import ingest
    from runners.ingest.parameters import Parameters

    source = {"files": {"url": str(place / f"data.{format_}"), "format": format_}}
    roles = {"identifier": "id", "target": "truth", "timestamp": "day"}
    params = Parameters.model_validate({"source": source, **roles})
    out = place / f"out-{format_}"
    out.mkdir()
    began = time.process_time()
    result = ingest("bench", params, out)
    took = time.process_time() - began
    assert result.accepted, result.violations
    return took


def _alone(place: Path, format_: str) -> float:
    """Read the rows by Arrow with the whole table in memory, take its own statistics, and write them."""
    began = time.process_time()
    table = _read(place, format_)
    for column in table.columns:
        pc.count_distinct(column)
        if not pa.types.is_string(column.type) and not pa.types.is_boolean(column.type):
            pc.min_max(column)
        if pa.types.is_floating(column.type):
            pc.mean(column)
            pc.stddev(column)
            pc.quantile(column, [0.01, 0.25, 0.5, 0.75, 0.99])
    parquet.write_table(table, place / "alone.parquet", compression="zstd")
    return time.process_time() - began


def _copied(place: Path, format_: str) -> float:
    """Read the rows by Arrow and write them: what nothing that leaves a table can do without."""
    began = time.process_time()
    parquet.write_table(_read(place, format_), place / "copied.parquet", compression="zstd")
    return time.process_time() - began


def _read(place: Path, format_: str) -> Any:
    file = place / f"data.{format_}"
    return parquet.read_table(file) if format_ == "parquet" else arrow_csv.read_csv(file)


if __name__ == "__main__":
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    _measured = {"ingest": _ingest, "alone": _alone, "copied": _copied}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
    print(json.dumps({"cpu": _measured, "mib": peak()}))
