"""Tables that a query makes of other datasets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError, InputGone
from runners.sources.derived import read_derived
from runners.sources.parameters import DerivedSource

LOANS = {"id": [1, 2, 3, 4], "day": [10, 20, 20, 30], "amount": [5.0, None, 7.5, 2.0]}
RATES = {"day": [5, 20, 25], "rate": [0.1, 0.2, 0.3]}


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, str]:
    """Return the folders of two datasets, of loans and of rates by day."""
    for name, columns in (("loans", LOANS), ("rates", RATES)):
        told: Mapping[str, Any] = columns
        days = pa.array([86_400_000_000 * day for day in told["day"]], pa.timestamp("us", "UTC"))
        (tmp_path / name).mkdir()
        parquet.write_table(pa.table({**told, "day": days}), tmp_path / name / "data.parquet")
    return {name: f"file://{tmp_path}/{name}" for name in ("loans", "rates")}


def rows(query: str, inputs: Mapping[str, str]) -> list[dict[str, Any]]:
    source = DerivedSource(inputs={name: f"datasets/{name}" for name in inputs}, query=query)
    return [row for batch in read_derived(source, inputs).batches for row in batch.to_pylist()]


def test_inputs_are_tables_of_the_names_that_the_spec_gives(inputs: dict[str, str]) -> None:
    assert rows("SELECT count(*) AS n, sum(amount) AS s FROM loans", inputs) == [{"n": 4, "s": 14.5}]


def test_what_is_joined_to_a_moment_is_what_was_known_then(inputs: dict[str, str]) -> None:
    query = "SELECT id, rate FROM loans ASOF JOIN rates ON loans.day >= rates.day ORDER BY id"
    known = {
        day: max((known, rate) for known, rate in zip(RATES["day"], RATES["rate"], strict=True) if known <= day)[1]
        for day in LOANS["day"]
    }
    told = [{"id": id_, "rate": known[day]} for id_, day in zip(LOANS["id"], LOANS["day"], strict=True)]
    assert rows(query, inputs) == told


def test_a_sum_of_whole_numbers_is_a_whole_number_where_it_fits(inputs: dict[str, str]) -> None:
    source = DerivedSource(inputs={"loans": "datasets/loans"}, query="SELECT sum(id) AS s FROM loans")
    *_, last = read_derived(source, inputs).batches
    assert (last.schema.types, last.to_pylist()) == ([pa.int64()], [{"s": 10}])
    (row,) = rows("SELECT sum(9223372036854775807) AS s FROM loans", inputs)
    assert row["s"] == 4 * 9223372036854775807


def test_no_rows_still_have_their_columns(inputs: dict[str, str]) -> None:
    source = DerivedSource(inputs={"loans": "datasets/loans"}, query="SELECT id, amount FROM loans WHERE id > 9")
    (batch,) = read_derived(source, inputs).batches
    assert (batch.schema.names, batch.num_rows) == (["id", "amount"], 0)


def test_the_same_inputs_give_the_same_rows_in_their_order(inputs: dict[str, str]) -> None:
    query = "SELECT day, count(*) AS n, sum(amount) AS s FROM loans GROUP BY day"
    assert rows(query, inputs) == rows(query, inputs)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "COPY loans TO '/tmp/leak.csv'",
        "ATTACH '/tmp/other.db'",
        "INSTALL httpfs",
        "SET threads = 4",
        "SELECT 1 AS a; SELECT 2 AS b",
        "CREATE TABLE x AS SELECT 1",
        "SELECT * FROM os",
        "SELECT * FROM duckdb_secrets()",
    ],
)
def test_a_query_reaches_its_inputs_alone(query: str, inputs: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        rows(query, inputs)
    assert caught.value.where == "source.derived.query"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT random() AS r FROM loans", "random()"),
        ("SELECT id FROM loans ORDER BY uuid()", "uuid()"),
        ("SELECT now() AS t FROM loans", "now()"),
        ("SELECT current_date AS t FROM loans", "current_date"),
        ("SELECT age(day) AS a FROM loans", "age()"),
        ("SELECT list_transform([1], x -> x + random()) AS l FROM loans", "random()"),
        ("SELECT id FROM loans TABLESAMPLE 10%", "a sample"),
        ("WITH x AS (SELECT today() AS t) SELECT * FROM x", "today()"),
    ],
)
def test_a_query_that_differs_each_time_is_refused(query: str, told: str, inputs: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        rows(query, inputs)
    assert caught.value.what == f"{told} differs each time that the query runs"


def test_what_only_sounds_like_the_clock_is_a_column(inputs: dict[str, str]) -> None:
    query = "SELECT today FROM (SELECT id AS today FROM loans) ORDER BY today"
    assert [row["today"] for row in rows(query, inputs)] == LOANS["id"]
    assert len(rows("SELECT age(day, TIMESTAMPTZ '2020-01-01') AS a FROM loans", inputs)) == 4


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", "SELEC"),
        ("SELECT nope FROM loans", "nope"),
        ("SELECT id, id FROM loans", "two columns are called id"),
        ("SELECT CAST('secret-4711' AS INTEGER) AS x FROM loans", "a value doesn't fit"),
    ],
)
def test_a_wrong_query_is_told_in_words(query: str, told: str, inputs: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        rows(query, inputs)
    assert told in caught.value.what
    assert "4711" not in caught.value.what


def test_an_input_that_isn_t_there_is_told(tmp_path: Path, inputs: dict[str, str]) -> None:
    source = DerivedSource(inputs={"loans": "datasets/loans", "rates": "datasets/rates"}, query="SELECT 1 AS x")
    with pytest.raises(InputError, match="the request has no rates"):
        read_derived(source, {"loans": inputs["loans"]})
    with pytest.raises(InputGone):
        read_derived(source, {**inputs, "rates": f"file://{tmp_path}/gone"})
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"datasets/rates holds no data\.parquet"):
        read_derived(source, {**inputs, "rates": f"file://{tmp_path}/empty"})
