"""Features: which columns are learned from, and why others are not."""

from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.train.features import choose
from runners.train.trial import TrainParams

COLUMNS: dict[str, Any] = {
    "id": np.arange(3),
    "age": np.array([1.5, np.nan, 3]),
    "kids": np.array([0, 1, 2]),
    "is_new": np.array([True, False, True]),
    "town": np.array(["a", None, "b"], object),
    "day": np.zeros(3, "datetime64[us]"),
    "nested": np.array([[1], [2, 3], None], object),
    "y": np.array([0, 1, 0]),
}


def told(**fields: Any) -> TrainParams:
    return TrainParams.model_validate({"target": "y", "metric": {"name": "roc_auc"}, **fields})


def test_all_columns_without_another_role_are_learned_from() -> None:
    features, notes = choose(COLUMNS, told(exclude=["kids"]), frozenset({"id"}))
    assert [(f.name, f.datatype) for f in features] == [("age", "FP32"), ("is_new", "BOOL"), ("town", "BYTES")]
    assert notes == ("day: neither number, text nor truth", "nested: neither number, text nor truth")


def test_named_features_are_taken_in_their_order_and_once() -> None:
    features, notes = choose(COLUMNS, told(features=["town", "id", "town", "age"], exclude=["age"]), frozenset({"id"}))
    assert [(f.name, f.datatype) for f in features] == [("town", "BYTES"), ("id", "INT64")]
    assert notes == ()


@pytest.mark.parametrize(
    ("fields", "changed", "what"),
    [
        ({"features": ["y"]}, {}, "the target y is among the features"),
        ({"features": ["day"]}, {}, "day holds moments in time"),
        ({"features": ["nested"]}, {}, "nested holds nested values"),
        ({"exclude": ["age", "kids", "is_new", "town"]}, {}, "there is no column to learn from"),
        ({}, {"age": np.full(3, np.nan)}, "age has no value in any row"),
        ({}, {"town": np.full(3, None)}, "town has no value in any row"),
        ({}, {"age": np.array([1, np.inf, 2])}, "age is infinite in 1 rows"),
        ({}, {"prediction": np.ones(3)}, "prediction is the name of a model's answer"),
    ],
)
def test_what_cannot_be_learned_from_is_told(fields: dict[str, Any], changed: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as failure:
        choose({**COLUMNS, **changed}, told(**fields), frozenset({"id"}))
    assert what in failure.value.what
    assert failure.value.fix
