"""What a query may be, by its words: for databases that can't be asked what a statement would do."""

import pytest

from runners.contract import InputError
from runners.sources.queries import WHERE, check


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "  select 1 ; \n;",
        "-- DELETE FROM x; DROP TABLE y\nSELECT 1 /* INTO; */",
        "SELECT 'INSERT; it''s' AS \"a;INTO\", `b;DELETE` FROM t",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "(SELECT 1) UNION (SELECT 2)",
        "SELECT /*Main*/ 1 /*! as MySQL knows it */",
        "VALUES (1), (2)",
        "TABLE people",
        "FROM people",
        "SHOW TABLES",
        "SELECT * FROM people FOR UPDATE",
        "SELECT * FROM people FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT t.update, t . delete FROM t",
        "SELECT INSERT('Quadratic', 3, 4, 'What')",
        "SELECT $$it's; DELETE$$, $a$;$a$, E'it\\'s; INTO'",
        "SELECT updated_at, into_, deleted FROM t",
    ],
)
def test_what_reads_passes(query: str) -> None:
    check(query, "postgresql")


def test_a_backslash_hides_a_quote_and_a_comment_is_obeyed_where_it_does_so() -> None:
    for comment in ("SELECT 1 /*! INTO OUTFILE '/x' */", "SELECT 1 /*M!100 INTO OUTFILE '/x' */"):
        with pytest.raises(InputError, match="only reads"):
            check(comment, "mariadb")
    check("SELECT /*Main*/ 1", "mysql")
    query = r"SELECT 'it\'s; DROP TABLE x'"
    check(query, "mysql")
    with pytest.raises(InputError, match="several statements"):
        check(query, "oracle")
    with pytest.raises(InputError, match="several statements"):
        check(r"SELECT '\'; DROP TABLE x; --'", "postgresql")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("ATTACH 'x.db' AS y", "has ATTACH"),
        ("COPY people TO 'people.csv'", "has COPY"),
        ("COPY (SELECT 1) TO PROGRAM 'sh'", "has COPY"),
        ("INSTALL httpfs", "has INSTALL"),
        ("LOAD httpfs", "has LOAD"),
        ("PRAGMA database_size", "has PRAGMA"),
        ("EXPLAIN ANALYZE DELETE FROM people", "has EXPLAIN"),
        ("EXEC drop_all", "has EXEC"),
        ("SET x = 1", "has SET"),
        ("SELECT 1; COMMIT; DROP TABLE people", "several statements"),
        ("SELECT 1;;SELECT 2", "several statements"),
        ("SELECT * INTO copy_of FROM people", "has INTO"),
        ("SELECT * FROM people INTO OUTFILE '/x'", "has INTO"),
        ("WITH x AS (SELECT 1) DELETE FROM people", "has DELETE"),
        ("WITH x AS (UPDATE people SET id = 1 RETURNING id) SELECT * FROM x", "has UPDATE"),
        ("WITH x AS (SELECT 1) INSERT INTO people SELECT * FROM x", "has INSERT"),
    ],
)
def test_what_may_write_is_refused_with_a_remedy(query: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        check(query, "duckdb")
    assert caught.value.where == WHERE
    assert "write one SELECT" in caught.value.fix
