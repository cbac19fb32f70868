"""Which queries work row by row."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.sources.derived import rows_of
from runners.sources.rowwise import why_not

ROWWISE = [
    "FROM t",
    "SELECT a, upper(b) AS c, a + 1 AS d FROM t AS x WHERE a > 1 AND b LIKE 'x%'",
    "SELECT a, b FROM t UNION ALL SELECT a, 'u' FROM (SELECT * FROM u WHERE b IS NOT NULL)",
    "SELECT a AS x FROM t UNION ALL BY NAME SELECT b AS y FROM t",
    "SELECT coalesce(a, 1) AS x, nullif(a, 2) AS y, CASE WHEN a = 1 THEN b END AS z, a IN (1, 2) AS w FROM t",
    "SELECT CAST(a AS VARCHAR) AS x, a BETWEEN 1 AND 2 AS y, concat(b, a) AS z FROM T",
    "SELECT * EXCLUDE (a) FROM t",
    "SELECT COLUMNS('a') FROM t",
]


@pytest.mark.parametrize("query", ROWWISE)
def test_a_query_of_rows_works_row_by_row(query: str) -> None:
    assert not why_not(query, ["t", "u"])


ROW = st.fixed_dictionaries({"a": st.none() | st.integers(0, 3), "b": st.none() | st.sampled_from(["x1", "x2", "y"])})
SCHEMA = pa.schema([("a", pa.int64()), ("b", pa.string())])


@given(query=st.sampled_from(ROWWISE), first=st.lists(ROW, max_size=4), second=st.lists(ROW, max_size=4))
@settings(max_examples=60, deadline=None)
def test_of_two_parts_it_makes_what_it_makes_of_all(query: str, first: list[Any], second: list[Any]) -> None:
    def made(rows: list[Any], others: list[Any]) -> list[str]:
        tables = {"t": pa.Table.from_pylist(rows, SCHEMA), "u": pa.Table.from_pylist(others, SCHEMA)}
        return sorted(str(row) for batch in rows_of(query, tables) for row in batch.to_pylist())

    assert sorted(made(first, []) + made(second, []) + made([], first)) == made(first + second, first)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT DISTINCT a FROM t", "DISTINCT looks at other rows"),
        ("SELECT sum(a) FROM t", r"sum\(\) is about many rows"),
        ("SELECT count(*) FROM t", "is about many rows"),
        ("SELECT a FROM t GROUP BY ALL", "GROUP BY"),
        ("SELECT a FROM t GROUP BY a HAVING a > 1", "GROUP BY"),
        ("SELECT a, sum(a) OVER () FROM t", "a window looks at other rows"),
        ("SELECT a FROM t QUALIFY row_number() OVER () = 1", "QUALIFY"),
        ("SELECT a FROM t ORDER BY a", "ORDER BY"),
        ("SELECT a FROM t LIMIT 1", "LIMIT"),
        ("SELECT * FROM t JOIN u USING (a)", "a join"),
        ("SELECT * FROM t, u", "a join"),
        ("SELECT * FROM t ASOF JOIN u ON t.a >= u.a", "a join"),
        ("SELECT 1", "without FROM"),
        ("SELECT a FROM t UNION ALL SELECT 1", "without FROM"),
        ("VALUES (1)", "isn't known"),
        ("SELECT a FROM t UNION SELECT a FROM u", "only UNION ALL"),
        ("SELECT a FROM t EXCEPT ALL SELECT a FROM u", "only UNION ALL"),
        ("SELECT (SELECT max(a) FROM t) FROM t", "a query within an expression"),
        ("SELECT * FROM t WHERE a IN (SELECT a FROM u)", "a query within an expression"),
        ("SELECT * FROM (SELECT a FROM t LIMIT 1)", "LIMIT"),
        ("WITH w AS (FROM t) FROM w", "WITH"),
        ("SELECT rowid FROM t", "the place of a row"),
        ("SELECT t.rowid FROM t", "the place of a row"),
        ("SELECT unnest([a]) FROM t", "isn't known|not known"),
        ("SELECT geomean(a) FROM t", "not known"),
        ("SELECT * FROM t TABLESAMPLE 10%", "a sample"),
        ("SELECT * FROM range(3)", "isn't known"),
        ("SELECT * FROM other", "other is no input"),
    ],
)
def test_what_looks_at_other_rows_doesnt_and_says_why(query: str, why: str) -> None:
    import re

    assert re.search(why, why_not(query, ["t", "u"]))
