"""Features: which columns are learned from, and why others are not."""

from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.train.features import choose, datatype_of, finite
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
    assert notes == (
        "day: neither number, text nor truth, unless preparations name it, such as by datetime",
        "nested: neither number, text nor truth",
    )


def test_named_features_are_taken_in_their_order_and_once() -> None:
    features, notes = choose(COLUMNS, told(features=["town", "id", "town", "age"], exclude=["age"]), frozenset({"id"}))
    assert [(f.name, f.datatype) for f in features] == [("town", "BYTES"), ("id", "INT64")]
    assert notes == ()


def test_a_column_of_training_alone_is_left_out_and_refused_where_it_is_named() -> None:
    features, notes = choose(COLUMNS, told(exclude=["day", "nested"]), frozenset({"id"}), frozenset({"kids"}))
    assert [feature.name for feature in features] == ["age", "is_new", "town"]
    assert notes == ("kids: in training data only: no request has it",)
    with pytest.raises(InputError, match="kids is in training data only"):
        choose(COLUMNS, told(features=["age", "kids"]), frozenset(), frozenset({"kids"}))


@pytest.mark.parametrize(
    ("fields", "changed", "what"),
    [
        ({"features": ["y"]}, {}, "the target y is among the features"),
        ({"features": ["day"]}, {}, "day holds moments in time"),
        ({"features": ["nested"]}, {}, "nested holds nested values"),
        ({"exclude": ["age", "kids", "is_new", "town"]}, {}, "there is no column to learn from"),
        ({"features": ["age"]}, {"age": np.full(3, np.nan)}, "age has no value in any row"),
        ({"features": ["town"]}, {"town": np.full(3, None)}, "town has no value in any row"),
        ({}, {"prediction": np.ones(3)}, "prediction is the name of a model's answer"),
    ],
)
def test_what_cannot_be_learned_from_is_told(fields: dict[str, Any], changed: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as failure:
        choose({**COLUMNS, **changed}, told(**fields), frozenset({"id"}))
    assert what in failure.value.what
    assert failure.value.fix


def test_a_column_without_any_value_is_left_out_where_nobody_named_it() -> None:
    features, notes = choose({**COLUMNS, "age": np.full(3, np.nan), "town": np.full(3, None)}, told(), frozenset())
    assert [feature.name for feature in features] == ["id", "kids", "is_new"]
    assert notes[:2] == ("age: no value in any row", "town: no value in any row")


def test_infinite_numbers_count_as_missing_but_those_of_the_target() -> None:
    columns = {"age": np.array([1, np.inf, -np.inf]), "y": np.array([0, np.inf, 1]), "town": COLUMNS["town"]}
    assert finite(columns, "y") == ("age: infinite in 2 rows, which counts as missing",)
    assert columns["age"].tolist() == pytest.approx([1, np.nan, np.nan], nan_ok=True)
    assert np.isinf(columns["y"]).any()


@pytest.mark.parametrize(
    ("values", "datatype"),
    [
        ([0.1, 0.2, 7.3], "FP32"),
        ([1e9, 2e9, 3.5e9], "FP32"),
        ([1.7e9 + 0.5, 1.7e9 + 7.5, np.nan], "FP64"),
        ([1e300, 2e300, 0], "FP64"),
        ([1e-300, 2e-300, 3e-300], "FP64"),
        ([16777216.0, 16777218.0, 16777220.0], "FP32"),
        ([0.1, 0.1, 0.1], "FP32"),
        ([1e300, 1e300, 1e300], "FP64"),
        ([True, False, True], "BOOL"),
    ],
)
def test_doubles_are_asked_for_only_where_fewer_bits_would_lose_something(values: Any, datatype: str) -> None:
    assert datatype_of(np.array(values)) == datatype
