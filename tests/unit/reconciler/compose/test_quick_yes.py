"""The quick yes is the library's yes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.compose.quick_yes import QuickYes
from runners.declared import IMAGES, TABULAR, TORCH_IMAGES

VALUES = (
    st.none() | st.booleans() | st.integers(-2, 5) | st.floats(-1, 2) | st.sampled_from(["sqrt", "gini", "l1", "x"])
)
NAMES = st.sampled_from(
    ["max_features", "criterion", "C", "penalty", "n_estimators", "learning_rate", "size", "dropout"]
)
MODELS = st.fixed_dictionaries({}, optional={"model": st.sampled_from(["gbm", "logistic", "forest", "gmb"])})


def is_valid(schema: Any, value: Any) -> bool:
    return Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("runner", [TABULAR, IMAGES, TORCH_IMAGES])
@given(own=st.dictionaries(NAMES, VALUES, max_size=3), model=MODELS)
def test_it_says_of_our_runners_what_the_library_says(runner: Any, own: dict[str, Any], model: dict[str, Any]) -> None:
    params = {**own, **model}
    assert QuickYes(runner.params, is_valid)(params) == is_valid(runner.params, params)


@pytest.mark.parametrize(
    "schema",
    [
        {"minProperties": 1},
        {"type": "array"},
        {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}}},
        {"additionalProperties": {"type": "integer"}},
        {"allOf": [{"dependentRequired": {"a": ["b"]}}]},
        {"allOf": [True]},
        {"if": {"not": {}}, "then": {}},
    ],
)
def test_of_a_schema_that_looks_at_several_at_once_it_says_nothing(schema: Any) -> None:
    assert not QuickYes(schema, is_valid)({"a": 1})
    assert not QuickYes(schema, is_valid)({})


def test_a_value_is_looked_at_once() -> None:
    asked: list[Any] = []

    def asks(_: Any, value: Any) -> bool:
        asked.append(value)
        return True

    quick = QuickYes({"properties": {"a": {}, "b": {}}}, asks)
    assert all(quick({"a": 1, "b": 1}) for _ in range(3))
    assert quick({"a": True})
    assert asked == [1, 1, True]
