"""Whatever a table holds and however it is written down, it is read back to the same values, and by its own reading."""

import csv
import io
import json
import math
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.contract.request import read_params
from runners.ingest.parameters import Parameters
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.tables import profile_table
from runners.ingest.tables import Table, write_table
from runners.ingest.taken import reading_of
from runners.sources import read
from runners.tables.schema import read_schema, write_schema

pytestmark = pytest.mark.slow

Columns = Mapping[str, list[Any]]
LETTERS = st.characters(codec="utf-8", exclude_characters="\0\r")
TEXT = st.text(LETTERS, min_size=1, max_size=6)
WORDS = TEXT.map(lambda text: "w" + text) | st.sampled_from(["x" * 90 + "a", "x" * 90 + "b"])
"""Texts that are neither blank nor look like anything else."""
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(10**17), 10**17) | st.integers(-5, 5),
    "number": st.floats(allow_nan=False, allow_infinity=False, width=32).map(lambda value: value + 0.5),
    "boolean": st.booleans(),
    "string": WORDS,
    "datetime": st.datetimes(timezones=st.just(UTC)),
}
ARROW = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "string": pa.string()} | {
    "datetime": pa.timestamp("us", "UTC")
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, str], Columns]:
    """Return the types of some columns, and their values; each holds one value at least."""
    names = draw(st.lists(TEXT.filter(str.strip), min_size=1, max_size=4, unique=True))
    rows = draw(st.integers(1, 8))
    types = {name: draw(st.sampled_from(sorted(VALUES))) for name in names}
    columns = {}
    for name, type_ in types.items():
        first, rest = (
            draw(VALUES[type_]),
            draw(st.lists(st.none() | VALUES[type_], min_size=rows - 1, max_size=rows - 1)),
        )
        columns[name] = [first, *rest]
    return types, columns


def as_text(value: Any) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)


def write_csv(folder: Path, _types: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([as_text(value) for value in row] for row in zip(*columns.values(), strict=True))
    (folder / "t.csv").write_bytes(text.getvalue().encode())
    return {"files": {"url": str(folder / "t.csv"), "format": "csv"}}


def write_jsonl(folder: Path, _types: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    (folder / "t.jsonl").write_text("".join(json.dumps(row, default=as_text) + "\n" for row in rows), "utf-8")
    return {"files": {"url": str(folder / "t.jsonl"), "format": "jsonl"}}


def write_parquet(folder: Path, types: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    arrays = {name: pa.array(values, ARROW[types[name]]) for name, values in columns.items()}
    parquet.write_table(pa.table(arrays), folder / "t.parquet")
    return {"files": {"url": str(folder / "t.parquet"), "format": "parquet"}}


def write_sqlite(folder: Path, types: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    plain = [
        [as_text(value) if isinstance(value, datetime) else value for value in values] for values in columns.values()
    ]
    with closing(sqlite3.connect(folder / "t.db")) as database, database:
        database.execute(f"CREATE TABLE t ({', '.join(f'c{place}' for place in range(len(types)))})")
        database.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(types))})", zip(*plain, strict=True))
    names = [name.replace('"', '""') for name in columns]
    quoted = ", ".join(f'c{place} AS "{name}"' for place, name in enumerate(names))
    return {"sql": {"url": f"sqlite:///{folder}/t.db", "query": f"SELECT {quoted} FROM t"}}


WRITERS: tuple[Callable[[Path, Mapping[str, str], Columns], dict[str, Any]], ...] = (
    write_csv, write_jsonl, write_parquet, write_sqlite,
)  # fmt: skip


def ingested(folder: Path, source: Mapping[str, Any], **spec: Any) -> tuple[Table, Parameters]:
    params = read_params(Parameters, {"source": source, **spec})
    folder.mkdir()
    return write_table(read(params.source), params, folder, partial(read, params.source)), params


def is_same(found: Any, value: Any) -> bool:
    return math.isclose(found, value, rel_tol=1e-15) if isinstance(value, float) else bool(found == value)


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables())
def test_a_table_is_read_back_as_it_was(
    write: Callable[[Path, Mapping[str, str], Columns], dict[str, Any]], drawn: tuple[dict[str, str], Columns]
) -> None:
    types, columns = drawn
    with TemporaryDirectory() as place:
        table, params = ingested(Path(place) / "first", write(Path(place), types, columns))
        if write is write_sqlite:  # which knows no truths: they are numbers
            types = {name: "integer" if type_ == "boolean" else type_ for name, type_ in types.items()}
        assert table.types == types
        found = parquet.read_table(table.path).to_pydict()
        for name, values in columns.items():
            pairs = zip(found[name], values, strict=True)
            assert all(found == value or (value is not None and is_same(found, value)) for found, value in pairs)
        _hold(Path(place), table, params)


def _hold(place: Path, table: Table, params: Parameters) -> None:
    """See that the proposed schema holds the data, and that the reading reads its values however they are spelled."""
    proposed = propose_columns(profile_table(table.summary, params, table.distinct)["columns"])
    again, _ = ingested(place / "again", params.source.model_dump(exclude_none=True), columns=proposed)
    assert (again.violations, again.content) == ((), table.content)
    reading = reading_of(table.summary, params)
    write_schema(place, reading)
    assert read_schema(place) == reading
    for name, values in parquet.read_table(table.path).to_pydict().items():
        texts = [as_text(value) for value in values]
        for spelled in (values, texts, [text or None for text in texts]):
            read_again = reading.classes(name, spelled)
            assert read_again.misfits.true_count == 0
            assert [value for value in read_again.listed if value is not None] == [v for v in values if v is not None]
