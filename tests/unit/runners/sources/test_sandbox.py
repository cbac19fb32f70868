"""The sandbox of the SQL of others."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from runners.sources.sandbox import nodes, parsed, sandbox, whim

TABLE = pa.table({"a": [1, 2]})


def test_it_holds_its_tables_and_takes_further_ones() -> None:
    with sandbox({"t": TABLE}) as database:
        assert database.sql("SELECT sum(a) FROM t").fetchall() == [(3,)]
        database.register("u", TABLE)
        assert database.sql("SELECT count(*) FROM u").fetchall() == [(2,)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM '{file}'",
        "SELECT * FROM read_text('{file}')",
        "COPY t TO '{file}'",
        "ATTACH '{file}' AS other",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET threads = 4",
        "SELECT * FROM TABLE",
    ],
)
def test_nothing_else_can_be_reached(statement: str, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a\n1\n")
    with sandbox({"t": TABLE}) as database, pytest.raises(duckdb.Error):
        database.sql(statement.format(file=file)).fetchall()
    assert file.read_text() == "a\n1\n"


def test_a_query_is_parsed_or_it_is_said_why_not() -> None:
    told = parsed("SELECT a + 1 FROM t")
    assert not isinstance(told, str)
    assert {"SELECT_NODE"} <= {str(node.get("type")) for node in nodes(told)}
    assert "syntax error" in str(parsed("SELECT a +"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT a FROM t", ""),
        ("SELECT random()", "random()"),
        ("SELECT upper(strftime(now(), '%Y'))", "now()"),
        ("SELECT current_date", "current_date"),
        ("SELECT today FROM t", ""),
        ("SELECT a FROM t USING SAMPLE 1", "a sample"),
    ],
)
def test_chance_and_the_clock_are_found(query: str, found: str) -> None:
    told = parsed(query)
    assert not isinstance(told, str)
    assert whim(told, {"a", "today"}) == found
    if query == "SELECT current_date":
        assert whim(told, {"current_date"}) == ""
