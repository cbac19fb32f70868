"""JSON Schema, as Pydantic and people write it."""

from typing import Any

import pytest

from reconciler.exchange.json_schema import read
from reconciler.model.errors import Refused


def one(told: Any, required: bool = True, **more: Any) -> tuple[dict[str, Any], list[str]]:
    back = read({"properties": {"a": told}, "required": ["a"] if required else [], **more}, "")
    return back.columns["a"].model_dump(exclude_defaults=True), [loss.field for loss in back.losses]


@pytest.mark.parametrize(
    ("told", "column"),
    [
        ({"type": "integer"}, {"type": "integer"}),
        ({"type": ["number", "null"]}, {"type": "number", "missing": 1.0}),
        ({"anyOf": [{"type": "number"}, {"type": "null"}], "default": None}, {"type": "number", "missing": 1.0}),
        ({"type": "string", "format": "date"}, {"type": "datetime"}),
        ({"type": "integer", "exclusiveMinimum": 0, "minimum": 0}, {"type": "integer", "minimum": 1}),
        ({"type": "integer", "exclusiveMaximum": 5.5}, {"type": "integer", "maximum": 5}),
        ({"type": "integer", "enum": [1.0, 2]}, {"type": "integer", "enum": (1, 2)}),
        ({"enum": ["a", None]}, {"type": "string", "enum": ("a",), "missing": 1.0}),
        ({"const": True}, {"type": "boolean", "enum": (True,)}),
        ({"type": ["integer", "number"]}, {"type": "number"}),
        ({"$ref": "#/$defs/Grade", "title": "x"}, {"type": "string", "enum": ("A", "B")}),
    ],
)
def test_a_column_is_read(told: dict[str, Any], column: dict[str, Any]) -> None:
    defs = {"Grade": {"type": "string", "enum": ["A", "B"]}}
    assert one(told, **{"$defs": defs}) == (column, [])


def test_what_isn_t_required_may_be_missing() -> None:
    assert one({"type": "string"}, required=False)[0]["missing"] == 1.0


@pytest.mark.parametrize(
    ("told", "lost"),
    [
        ({"type": "string", "maxLength": 4}, ["maxLength"]),
        ({"type": "number", "exclusiveMaximum": 4}, ["exclusiveMaximum"]),
        ({"type": "string", "format": "email"}, ["format"]),
        ({"type": "integer", "multipleOf": 2}, ["multipleOf"]),
    ],
)
def test_what_a_spec_can_t_say_is_told(told: dict[str, Any], lost: list[str]) -> None:
    assert one(told)[1] == lost


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"type": "object"}, "of type object"),
        ({"type": ["string", "integer"]}, "of type string, integer"),
        ({}, "of type nothing"),
        ({"$ref": "#/$defs/gone"}, "isn't in the file"),
        ({"$ref": "https://elsewhere.example/x.json"}, "isn't in the file"),
        ({"$ref": "#/properties/a"}, "round in a circle"),
        (True, "a schema is an object"),
    ],
)
def test_what_is_no_column_is_refused(told: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        one(told)


def test_one_of_several_definitions_is_chosen() -> None:
    row = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert list(read({"$defs": {"Row": row}}, "Row").columns) == ["a"]
    assert list(read({"$defs": {"Row": row}, "$ref": "#/$defs/Row"}, "").columns) == ["a"]
