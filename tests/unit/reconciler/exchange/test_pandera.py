"""pandera's YAML, in each of the forms that its versions have written."""

from typing import Any

import pytest

from reconciler.exchange.pandera import read
from reconciler.model.errors import Refused


def one(told: Any) -> tuple[dict[str, Any], list[str]]:
    back = read({"schema_type": "dataframe", "columns": {"a": told}}, "")
    return back.columns["a"].model_dump(exclude_defaults=True), [loss.field for loss in back.losses]


CHECKS: tuple[dict[str, Any], ...] = (
    {"greater_than_or_equal_to": 1, "isin": [1, 2]},
    {"checks": {"greater_than_or_equal_to": 1, "isin": [1, 2]}},
    {
        "checks": {
            "greater_than_or_equal_to": {"value": 1, "options": {"raise_warning": False}},
            "isin": {"value": [1, 2]},
        }
    },
    {
        "checks": [
            {"value": 1, "options": {"check_name": "greater_than_or_equal_to"}},
            {"value": [1, 2], "options": {"check_name": "isin"}},
        ]
    },
)


@pytest.mark.parametrize("checks", CHECKS, ids=["flat", "by name", "with options", "listed"])
def test_checks_are_read_in_each_form(checks: dict[str, Any]) -> None:
    assert one({"dtype": "Int64", "nullable": True, **checks}) == (
        {"type": "integer", "missing": 1.0, "minimum": 1, "enum": (1, 2)},
        [],
    )


@pytest.mark.parametrize(
    ("told", "column"),
    [
        ({"dtype": "string[python]", "str_matches": "a|b"}, {"type": "string", "pattern": "^(?:a|b)"}),
        ({"dtype": "object", "checks": {"str_contains": "x$"}}, {"type": "string", "pattern": "x$"}),
        (
            {"dtype": "float32", "checks": {"in_range": {"min_value": 0, "max_value": 1}}},
            {"type": "number"} | {"minimum": 0, "maximum": 1},
        ),
        (
            {"dtype": "int8", "checks": {"greater_than": 0, "less_than": 5}},
            {"type": "integer", "minimum": 1, "maximum": 4},
        ),
        ({"dtype": "datetime64[ns]", "unique": True}, {"type": "datetime", "unique": True}),
        ({"dtype": "bool", "checks": {"eq": True}}, {"type": "boolean", "enum": (True,)}),
        ({"dtype": "category"}, {"type": "string"}),
    ],
)
def test_a_column_is_read(told: dict[str, Any], column: dict[str, Any]) -> None:
    assert one(told) == (column, [])


@pytest.mark.parametrize(
    ("told", "lost"),
    [
        ({"dtype": "float64", "checks": {"greater_than": 0}}, ["greater_than"]),
        ({"dtype": "str", "checks": {"str_length": {"min_value": 1, "max_value": 3}}}, ["str_length"]),
        ({"dtype": "str", "regex": True, "required": False}, ["regex", "required"]),
        ({"dtype": "int64", "checks": {"mine": {"value": 3}}}, ["mine"]),
    ],
)
def test_what_a_spec_can_t_say_is_told(told: dict[str, Any], lost: list[str]) -> None:
    assert one(told)[1] == lost


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"schema_type": "dataframe", "columns": {"a": {"dtype": "complex128"}}}, "complex128"),
        ({"schema_type": "dataframe", "columns": {"a": {"dtype": None}}}, "of type none"),
        ({"schema_type": "series"}, "no schema of pandera's"),
        ({"schema_type": "dataframe", "columns": {"a": {"dtype": "int64", "checks": [{"value": 1}]}}}, "no name"),
    ],
)
def test_what_is_no_schema_is_refused(document: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(document, "")
