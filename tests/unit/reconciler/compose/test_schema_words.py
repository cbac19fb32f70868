"""What JSON Schema finds is told in the words of people who write specs."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.compose.flaws import Flaw
from reconciler.compose.schema_words import described


def told(schema: Any, params: Any) -> list[Flaw]:
    """Return the flaws of params by a schema."""
    errors = Draft202012Validator(schema).iter_errors(params)
    return [flaw for error in errors for flaw in described(error, "trees", params)]


@pytest.mark.parametrize(
    ("schema", "value", "message", "hint"),
    [
        ({"type": "integer"}, "x", "expected a whole number, not `x`", ""),
        ({"type": ["integer", "null"]}, [], "expected a whole number or null, not a list", ""),
        ({"enum": ["gini", "entropy", None]}, "ginni", "expected gini, entropy, null, not `ginni`",
         "did you mean `gini`?"),
        ({"const": 3}, 4, "expected 3, not the number 4", ""),
        ({"exclusiveMaximum": 1}, 1, "must be below 1, and is 1", ""),
        ({"multipleOf": 8}, 12, "must be a multiple of 8, and is 12", ""),
        ({"minItems": 1}, [], "it may have at least 1 entries", ""),
        ({"maxLength": 2}, "abc", "it may have at most 2 characters", ""),
        ({"anyOf": [{"type": "integer"}, {"enum": ["auto"]}]}, "aut",
         "expected a whole number or auto, not `aut`", "did you mean `auto`?"),
        ({"anyOf": [{"type": "string"}, {"minimum": 2}]}, 1, "must be at least 2, and is 1", ""),
        ({"pattern": "^a"}, "b", "'b' does not match '^a'", ""),
    ],
)  # fmt: skip
def test_a_value_is_told_with_what_was_expected(schema: Any, value: Any, message: str, hint: str) -> None:
    (flaw,) = told({"properties": {"a": schema}}, {"a": value})
    assert (flaw.path, flaw.message, flaw.hint, flaw.on_key) == (("params", "a"), message, hint, False)


def test_an_unknown_name_is_told_at_the_name() -> None:
    schema = {"properties": {"depth": {}, "size": {}}, "additionalProperties": False}
    first, second = told(schema, {"depht": 1, "sizes": 2, "depth": 3})
    assert (first.path, first.message) == (("params", "depht"), "trees has no parameter `depht`")
    assert first.hint == "did you mean `depth`?"
    assert (second.path, second.on_key) == (("params", "sizes"), True)


def test_a_missing_name_is_told_where_it_belongs() -> None:
    (flaw,) = told({"properties": {"a": {"required": ["b"]}}}, {"a": {}})
    assert (flaw.path, flaw.message) == (("params", "a", "b"), "`b` is missing")
