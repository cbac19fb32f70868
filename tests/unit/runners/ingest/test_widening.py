"""Widening: what of a schema would have to be wider, exactly, and by which evidence."""

import json
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconciler.model.kinds.datasets import Column
from runners.ingest.widening import MOST_NEW
from tests.unit.runners.ingest.tables_at_random import Case, cases, shuffled, written


def merged(declared: dict[str, Any], widened: Any) -> dict[str, Any]:
    return {name: {**told, **widened["columns"].get(name, {})} for name, told in declared.items()}


def beside(rows: dict[str, list[Any]], asked: bool) -> dict[str, Any]:
    """Return keys and rules over the columns that there are, which must be the same before and after."""
    first, last = next(iter(rows)), list(rows)[-1]
    text = f'"{first}" IS NULL OR CAST("{last}" AS VARCHAR) <> \'2.5\''
    return {"rules": {"one": text}, **({"unique": [[first, last]]} if first != last else {})} if asked else {}


@settings(max_examples=60, deadline=None)
@given(cases(), st.sampled_from([False, False, False, True]))
def test_a_widening_that_is_merged_lets_the_very_same_data_pass(case: Case, asked: bool) -> None:
    is_text, rows, declared = case
    first = written(is_text, rows, columns=declared, **beside(rows, asked))
    if first.widened is None:
        event("nothing to widen" if not first.violations else "not by widening")
        return
    event("widened " + ",".join(sorted({field for told in first.widened["columns"].values() for field in told})))
    wider = merged(declared, json.loads(json.dumps(first.widened, allow_nan=False)))
    assert all(Column.model_validate(one) for one in wider.values())  # the spec takes it, too
    assert written(is_text, rows, columns=wider, **beside(rows, asked)).violations == ()


@settings(max_examples=40, deadline=None)
@given(cases(), st.lists(st.integers(1, 8)), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_their_cut_decides(case: Case, cuts: list[int], random: Any) -> None:
    is_text, rows, declared = case
    whole = written(is_text, rows, columns=declared)
    cut = written(is_text, rows, cuts, columns=declared)
    assert (cut.violations, cut.widened) == (whole.violations, whole.widened)
    count = len(next(iter(rows.values())))
    turned = written(is_text, shuffled(rows, random.sample(range(count), count)), cuts, columns=declared)
    assert turned.widened == whole.widened
    assert [v.what.split(": row")[0] for v in turned.violations] == [v.what.split(": row")[0] for v in whole.violations]


@pytest.mark.parametrize(
    ("declared", "values", "field", "wider", "rows"),
    [
        ({"type": "integer", "minimum": 5}, [5, 4, 3], "minimum", 3, 2),
        ({"type": "integer", "maximum": 5}, [5, 4, 2**60 + 1], "maximum", 2**60 + 1, 1),
        ({"type": "number", "minimum": 0.5}, [1.0, 0.25], "minimum", 0.25, 1),
        ({"type": "number", "maximum": 0.5}, [0.5, 7.0], "maximum", 7, 1),
        ({"type": "integer"}, [1.0, 2.5], "type", "number", 1),
        ({"type": "string", "enum": ["a"]}, ["a", "c", "b", "c"], "enum", ["a", "b", "c"], 3),
        ({"type": "integer", "enum": [1]}, [1, 3, 2], "enum", [1, 2, 3], 2),
        ({"type": "number", "enum": [1]}, [1.0, 0.5], "enum", [1, 0.5], 1),
        ({"type": "boolean", "enum": [True]}, [True, False], "enum", [True, False], 1),
        ({"type": "string", "missing": 0.1}, ["a", None, "b", "c"], "missing", 0.3, 1),
    ],
)
def test_each_field_is_widened_by_what_was_seen(
    declared: dict[str, Any], values: list[Any], field: str, wider: Any, rows: int
) -> None:
    found = written(False, {"x": values}, columns={"x": declared}).widened
    assert found is not None
    assert found["columns"] == {"x": {field: wider}}
    (told,) = found["evidence"]
    assert (told["field"], told["rows"], told["of"], told["to"]) == (field, rows, len(values), wider)


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ({"type": "string", "pattern": "^a$"}, ["a", "b"]),
        ({"type": "integer", "unique": True, "minimum": 2}, [1, 1]),
        ({"type": "integer"}, ["1", "x"]),
        ({"type": "boolean"}, [0.5, 1.0]),
        ({"type": "number", "maximum": 1}, [0.5, float("inf")]),
        ({"type": "integer", "maximum": 1, "sensitive": True}, [1, 2]),
        ({"type": "string", "enum": ["a"], "sensitive": True}, ["a", "b"]),
        ({"type": "string", "enum": ["a"]}, ["a", *map(str, range(MOST_NEW + 1))]),
        ({"type": "string", "enum": ["a"]}, ["a", "${env.x}"]),
        ({"type": "string", "enum": ["a"]}, ["a", "b" * 300]),
    ],
)
def test_what_no_wider_field_heals_or_would_tell_a_secret_is_not_widened(
    declared: dict[str, Any], values: list[Any]
) -> None:
    found = written(False, {"x": values}, columns={"x": declared})
    assert found.violations
    assert found.widened is None


def test_one_thing_that_can_t_be_widened_keeps_all_as_it_is() -> None:
    declared = {"x": {"type": "integer", "maximum": 1}, "gone": {"type": "integer"}}
    assert written(False, {"x": [1, 2]}, columns=declared).widened is None


def test_missing_values_of_a_sensitive_column_may_be_more() -> None:
    found = written(False, {"x": [1, None]}, columns={"x": {"type": "integer", "sensitive": True}}).widened
    assert found is not None
    assert found["columns"] == {"x": {"missing": 0.55}}


def test_since_when_is_told_by_the_column_of_time_unless_that_is_sensitive() -> None:
    rows = {"x": [1, 9, 8], "at": ["2024-03-01", "2024-02-01", "2024-01-05"]}
    declared: dict[str, Any] = {"x": {"type": "integer", "maximum": 5, "unit": "days"}, "at": {"type": "datetime"}}
    told = written(True, rows, columns=declared, timestamp="at").widened
    assert told is not None
    assert told["evidence"][0]["since"] == "2024-01-05T00:00:00+00:00"
    assert told["evidence"][0]["unit"] == "days"
    declared["at"]["sensitive"] = True
    told = written(True, rows, columns=declared, timestamp="at").widened
    assert told is not None
    assert "since" not in told["evidence"][0]
