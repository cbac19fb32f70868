"""What `setpoint export` writes, read by each format's own library."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from reconciler.exchange.croissant import VERSION
from reconciler.exchange.formats import FORMATS
from reconciler.exchange.table import Table
from reconciler.model.kinds.datasets import Column
from runners.ingest.croissant import describe_dataset
from tests.formats.environment import readings
from tests.unit.reconciler.exchange.tables import tables

pytestmark = [pytest.mark.slow, pytest.mark.servers("formats")]

LOANS = Table(
    "loans",
    {
        "id": Column(type="integer", unique=True, minimum=1),
        "grade": Column(type="string", enum=("A", 'it\'s "B"', "ü\n")),
        "rate": Column(type="number", minimum=0, maximum=0.5, missing=0.25),
        "paid": Column(type="boolean", missing=0.1),
        "a b.c": Column(type="string", pattern="^[A-Z]{2}", sensitive=True),
    },
    "id",
)
ROW: dict[str, Any] = {"id": 1, "grade": "A", "rate": 0.5, "paid": True, "a b.c": "ABx"}
WRONG: tuple[dict[str, Any], ...] = (
    {"id": 0}, {"id": None}, {"grade": "B"}, {"rate": 0.6}, {"a b.c": "xAB"}, {"a b.c": None}, {"grade": None},
)  # fmt: skip
"""What makes a row one that the schema refuses."""


def drawn(number: int) -> list[Table]:
    """Return random tables; the libraries start once for all of them."""
    found: list[Table] = []

    @settings(max_examples=number, database=None, derandomize=True)
    @given(table=tables())
    def draw(table: Table) -> None:
        found.append(table)

    draw()
    return found


def read(pairs: list[tuple[str, str]]) -> list[Any]:
    found = readings(pairs)
    wrong = [(pair, one["problem"]) for pair, one in zip(pairs, found, strict=True) if one["problem"]]
    assert not wrong, wrong[0]
    return [one["told"] for one in found]


@pytest.mark.parametrize("name", ["tfmd", "odcs", "json-schema", "croissant"])
def test_every_schema_is_one_to_the_library(name: str) -> None:
    found = drawn(20 if name == "croissant" else 60)
    told = read([(name, FORMATS[name].write(table).text) for table in found])
    if name == "croissant":
        assert all(one["version"] == VERSION for one in told)
        assert [one["fields"] for one in told] == [list(table.columns) for table in found]
    elif name != "json-schema":
        assert [set(one) for one in told] == [set(table.columns) for table in found]


def test_every_schema_is_one_to_pandera() -> None:
    read(
        [("pandera", json.dumps({"schema": FORMATS["pandera"].write(table).text, "frames": []})) for table in drawn(60)]
    )


def test_tfmd_reads_what_was_meant() -> None:
    (told,) = read([("tfmd", FORMATS["tfmd"].write(LOANS).text)])
    assert told["grade"] == ["BYTES", "string_domain", ["A", 'it\'s "B"', "ü\n"], 1.0]
    assert told["rate"] == ["FLOAT", "float_domain", [], 0.75]
    assert told["paid"] == ["INT", "bool_domain", [], 0.9]


def test_json_schema_accepts_and_refuses_the_same_rows() -> None:
    rows = [ROW, ROW | {"rate": None}, *(ROW | one for one in WRONG), ROW | {"more": 1}, {"id": 1}]
    (told,) = read(
        [("json-schema", json.dumps({"schema": json.loads(FORMATS["json-schema"].write(LOANS).text), "rows": rows}))]
    )
    assert told == [True, True] + [False] * (len(WRONG) + 2)


def test_pandera_accepts_and_refuses_the_same_frames() -> None:
    rows = [
        [ROW],
        [ROW, ROW | {"id": 2}],
        *([ROW, ROW | {"id": 2} | one] for one in WRONG),
        [ROW, ROW],
        [{**ROW, "more": 1}],
    ]
    frames = [{name: [row[name] for row in some] for name in some[0]} for some in rows]
    (told,) = read([("pandera", json.dumps({"schema": FORMATS["pandera"].write(LOANS).text, "frames": frames}))])
    assert told == [True, True] + [False] * (len(WRONG) + 2)


def test_the_metadata_of_a_version_are_of_the_same_croissant() -> None:
    file = {"path": "data.parquet", "bytes": 7, "sha256": "0" * 64}
    types = {name: column.type for name, column in LOANS.columns.items()}
    for images in ((), ("image/png",)):
        (told,) = read(
            [("croissant", json.dumps(describe_dataset("loans", "data.parquet", [file], types, "id", media=images)))]
        )
        assert told == {"version": VERSION, "fields": list(LOANS.columns)}
