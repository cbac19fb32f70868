"""New columns: proposed by what they show, and no part of the table until they are declared."""

from typing import Any

import pytest
from hypothesis import given, settings

from runners.ingest.newcomers import MOST, proposed_newcomers
from runners.ingest.profile.proposal import propose_columns
from runners.ingest.profile.tables import profile_table
from runners.ingest.tables import Table
from tests.unit.runners.ingest.tables_at_random import Case, cases, params, written

DECLARED = {"id": {"type": "integer"}}
ROWS: dict[str, list[Any]] = {"id": [1, 2, 3], "age": [30, None, 50]}


def test_a_new_column_is_left_out_and_proposed_with_evidence() -> None:
    found = written(False, ROWS, columns=DECLARED, new_columns="propose")
    assert (found.violations, found.types) == ((), {"id": "integer"})
    assert found.newcomers is not None
    told = proposed_newcomers(found.newcomers)
    assert told["columns"] == {"age": {"type": "integer", "minimum": 28, "maximum": 52, "missing": 0.35}}
    (line,) = told["evidence"]
    assert (line["column"], line["of"], line["count"], line["minimum"], line["maximum"]) == ("age", 3, 2, 30, 50)
    assert found.content == written(False, {"id": [1, 2, 3]}, columns=DECLARED).content


@pytest.mark.parametrize(
    ("spec", "types", "broken"),
    [
        ({"new_columns": "refuse"}, ["id", "age"], 1),
        ({}, ["id", "age"], 1),
        ({"new_columns": "allow"}, ["id", "age"], 0),
        ({"extra_columns": "allow"}, ["id", "age"], 0),
        ({"new_columns": "propose", "target": "age"}, ["id", "age"], 1),
    ],
)
def test_by_any_other_word_it_stays_and_what_has_a_role_is_no_newcomer(
    spec: dict[str, Any], types: list[str], broken: int
) -> None:
    found = written(False, ROWS, columns=DECLARED, **spec)
    assert (list(found.types), len(found.violations), found.newcomers) == (types, broken, None)


def test_without_a_schema_all_columns_are_in_it() -> None:
    assert list(written(False, ROWS, new_columns="propose").types) == ["id", "age"]


def test_of_too_many_new_columns_the_first_are_proposed() -> None:
    rows = {"id": [1], **{f"c{n}": [n] for n in range(MOST + 5)}}
    found = written(False, rows, columns=DECLARED, new_columns="propose")
    assert found.newcomers is not None
    assert len(proposed_newcomers(found.newcomers)["columns"]) == MOST


def inferred(table: Table) -> dict[str, Any]:
    return propose_columns(profile_table(table.summary, params(), table.distinct)["columns"])


@settings(max_examples=30, deadline=None)
@given(cases())
def test_an_inferred_schema_accepts_the_data_that_it_was_inferred_from(case: Case) -> None:
    is_text, rows, _ = case
    first = written(is_text, rows)
    if not first.violations:
        assert written(is_text, rows, columns=inferred(first)).violations == ()


@settings(max_examples=20, deadline=None)
@given(cases())
def test_new_columns_that_are_declared_as_proposed_are_accepted(case: Case) -> None:
    is_text, rows, _ = case
    rows = {"known": [1] * len(next(iter(rows.values()))), **rows}
    declared: dict[str, Any] = {"known": {"type": "integer"}}
    first = written(is_text, rows, columns=declared, new_columns="propose")
    assert first.violations == ()
    assert first.newcomers is not None
    whole = declared | dict(proposed_newcomers(first.newcomers)["columns"])
    assert written(is_text, rows, columns=whole).violations == ()
