"""Rules: what holds in every row, in SQL, where nothing else can be reached."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.runners.ingest.tables_at_random import written

ROWS: dict[str, list[Any]] = {
    "n": [1, 2, None, 4],
    "x": [0.5, 1.5, 2.5, None],
    "t": ["a", "b", None, "d"],
    "b": [True, False, None, True],
    "when": [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)],
    "Odd name.": [1, 1, 1, 2],
    "id": ["p", "q", "r", "s"],
}


def told(**rules: str) -> dict[str, str]:
    return {v.where.removeprefix("rules."): v.what for v in written(False, ROWS, rules=rules).violations}


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("n < 3", "1 of 4 rows breaks it: row 4"),
        ("x BETWEEN 1 AND 2", "2 of 4 rows break it: row 1, row 3"),
        ("t <> 'b'", "1 of 4 rows breaks it: row 2"),
        ("b", "1 of 4 rows breaks it: row 2"),
        ("\"when\" < TIMESTAMPTZ '2024-01-03'", "2 of 4 rows break it: row 3, row 4"),
        ('"Odd name." = 1 -- a comment', "1 of 4 rows breaks it: row 4"),
        ("n IS NOT NULL", "1 of 4 rows breaks it: row 3"),
        ("regexp_full_match(t, '[a-c]')", "1 of 4 rows breaks it: row 4"),
        ("n > 0 AND x > 0", ""),
        ("TRY_CAST(t AS INTEGER) > 1", ""),
    ],
)
def test_a_row_breaks_a_rule_where_it_is_false_and_not_where_it_is_null(rule: str, broken: str) -> None:
    assert told(r=rule) == ({"r": broken} if broken else {})


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("nope > 1", '"nope" not found'),
        ("n +", "syntax error"),
        ("n", "no truth: its type is BIGINT"),
        ("NULL", "no truth"),
        ("sum(n) > 1", "aggregates"),
        ("row_number() OVER () > 0", "window functions"),
        ("n > (SELECT 1)", "subquery"),
        ("random() > 0.5", "random() differs each time"),
        ('"when" < now()', "now() differs each time"),
        ("CAST(t AS INTEGER) > 1", "can't be converted"),
        ("n > 1) FROM rows WHERE (n > 0", "more than one expression"),
        ("n > 1), (n > 2", "more than one expression"),
        ("n > 1) UNION SELECT (TRUE", "more than one expression"),
        ("n > 1; DROP TABLE rows", "syntax error"),
        ("n > 1) LIMIT (1", "more than one expression"),
        ("*", ""),
        ("COLUMNS(*) IS NULL", ""),
        ("read_text('/etc/hostname') IS NULL", "table function"),
        ("getenv('HOME') IS NULL", "getenv"),
    ],
)
def test_what_is_no_rule_is_told_and_takes_no_other_down(rule: str, why: str) -> None:
    found = told(bad=rule, good="n < 3")
    assert found["bad"].startswith("it can't be computed: ")
    assert why in found["bad"]
    assert found["good"] == "1 of 4 rows breaks it: row 4"


def test_a_value_that_cannot_be_computed_is_not_told() -> None:
    rows = {"t": ["1", "secret"]}
    (violation,) = written(False, rows, rules={"r": "CAST(t AS INTEGER) > 0"}).violations
    assert "secret" not in str(violation)


def test_names_that_differ_by_capitals_alone_are_refused() -> None:
    (violation,) = written(False, {"a": [1], "A": [2]}, rules={"r": "a > 0"}).violations
    assert "no difference between small letters and capitals" in violation.what


def test_examples_have_an_identifier_unless_that_is_sensitive() -> None:
    declared = {"id": {"type": "string"}}
    found = written(False, ROWS, rules={"r": "n < 3"}, identifier="id", columns=declared, new_columns="allow")
    assert found.details == ({"where": "rules.r", "what": "n < 3", "examples": [{"row": 4, "identifier": "'s'"}]},)
    hidden = {"id": {"type": "string", "sensitive": True}}
    found = written(False, ROWS, rules={"r": "n < 3"}, identifier="id", columns=hidden, new_columns="allow")
    assert found.details == ({"where": "rules.r", "what": "n < 3", "examples": [{"row": 4}]},)


def test_a_value_that_is_not_of_its_declared_type_is_missing_to_a_rule() -> None:
    found = written(True, {"n": ["1", "x", "9"]}, columns={"n": {"type": "integer"}}, rules={"r": "n < 5"})
    assert [v.what.split(":")[0] for v in found.violations][1:] == ["1 of 3 rows breaks it"]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=1, max_size=12), st.lists(st.integers(1, 11)))
def test_the_cut_of_rows_decides_nothing(values: list[int | None], cuts: list[int]) -> None:
    rows = {"n": values, "t": ["x"] * len(values)}
    declared = {"n": {"type": "integer", "missing": 1.0}, "t": {"type": "string"}}
    rules = {"r": "n % 2 = 0 OR t = ''"}
    whole, cut = (written(False, rows, at, rules=rules, columns=declared) for at in ([], cuts))
    broken = [v for v in whole.violations if v.where == "rules.r"]
    assert (cut.violations, cut.details) == (whole.violations, whole.details)
    wrong = sum(value is not None and value % 2 != 0 for value in values)
    assert bool(broken) == bool(wrong)
