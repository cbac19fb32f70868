"""From which columns a query's columns are made."""

import pytest

from runners.contract import InputError
from runners.sources.lineage import check_hidden, lineage_of

TABLES = {
    "people": {"id": "BIGINT", "name": "VARCHAR", "born": "TIMESTAMPTZ"},
    "pay": {"id": "BIGINT", "amount": "DOUBLE", "day": "TIMESTAMPTZ"},
}


@pytest.mark.parametrize(
    ("query", "made"),
    [
        ("SELECT id, upper(name) AS n FROM people", {"id": ["people.id"], "n": ["people.name"]}),
        ("FROM people SELECT name", {"name": ["people.name"]}),
        (
            "SELECT v.id, day, amount AS name FROM pay v JOIN people USING (id) ORDER BY v.id, day, name",
            {"id": ["pay.id"], "day": ["pay.day"], "name": ["pay.amount"]},
        ),
        ("SELECT count(*) AS n FROM people WHERE name = 'x'", {"n": []}),
        (
            "WITH x AS (SELECT id, 2 * amount AS twice FROM pay) SELECT p.name, twice FROM people p JOIN x USING (id)",
            {"name": ["people.name"], "twice": ["pay.amount"]},
        ),
        (
            "SELECT *, avg(amount) OVER (PARTITION BY id ORDER BY day) AS mean FROM pay",
            {"id": ["pay.id"], "amount": ["pay.amount"], "day": ["pay.day"]}
            | {"mean": ["pay.amount", "pay.day", "pay.id"]},
        ),
        ("SELECT name FROM people UNION ALL SELECT 'x' AS name", {"name": ["people.name"]}),
        (
            "SELECT people.id, amount FROM people ASOF JOIN pay ON people.id = pay.id AND born >= day",
            {"id": ["people.id"], "amount": ["pay.amount"]},
        ),
    ],
)
def test_a_column_is_made_from_what_is_in_its_expression(query: str, made: dict[str, list[str]]) -> None:
    assert lineage_of(query, TABLES, list(made)) == made


@pytest.mark.parametrize(
    "query",
    [
        "SELECT people AS p FROM people",
        "SELECT to_json(people) AS j FROM people",
        "SELECT COLUMNS('n.*') FROM people",
        "SELECT (SELECT t FROM (SELECT people.name AS t)) AS q FROM people",
        "WITH x AS (SELECT (SELECT t FROM (SELECT people.name AS t)) AS q FROM people) SELECT q FROM x",
        "SELECT w AS one FROM people, LATERAL (SELECT name || 'x' AS w)",
        "SUMMARIZE people",
        "PIVOT people ON name USING count(*)",
    ],
)
def test_what_stands_for_columns_that_it_doesn_t_name_is_unknown(query: str) -> None:
    assert lineage_of(query, TABLES, ["one"]) == {"one": None}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (SELECT max(name) FROM people) AS one FROM pay",
        "SELECT unnest(string_split(NAME, ' ')) AS one FROM people",
        "SELECT w.u AS one FROM people, unnest(string_split(name, ' ')) AS w(u)",
        "WITH RECURSIVE t AS (SELECT name AS n, 1 AS k FROM people UNION ALL SELECT n, k + 1 FROM t WHERE k < 3) "
        "SELECT n AS one FROM t",
        "SELECT s.n AS one FROM (FROM people SELECT struct_pack(n := name) AS s)",
        "SELECT p.* EXCLUDE (id, born) FROM people p",
    ],
)
def test_a_name_is_followed_through_whatever_a_query_does_with_it(query: str) -> None:
    assert lineage_of(query, TABLES, ["one"]) == {"one": ["people.name"]}


def test_what_can_t_be_understood_is_told_as_unknown() -> None:
    assert lineage_of("SELECT ((", TABLES, ["a"]) == {"a": None}
    assert lineage_of("SELECT id FROM people", TABLES, ["id", "other"]) == {"id": None, "other": None}


def test_what_is_made_from_a_sensitive_column_is_declared_so() -> None:
    made = {"n": ["people.name"], "id": ["people.id"], "lost": None}
    hidden = {"people": frozenset({"name"}), "pay": frozenset[str]()}
    check_hidden(made, hidden, frozenset({"n", "lost"}))
    with pytest.raises(InputError, match=r"n is made from people\.name, which is sensitive") as caught:
        check_hidden(made, hidden, frozenset({"lost"}))
    assert caught.value.where == "columns.n"
    with pytest.raises(InputError, match=r"lost may be made from people\.name"):
        check_hidden(made, hidden, frozenset({"n"}))
    check_hidden(made, {"people": frozenset()}, frozenset())
