"""Inputs: how a model's own are matched with the columns of the data."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.models import Column
from runners.train.recognition.inputs import for_booster, for_network, for_onnx
from tests.unit.runners.train.rows import examples

ROWS = examples(
    {"id": [7, 8], "age": [1.5, 2.5], "kids": [0, 1], "is_new": [True, False], "town": ["a", "b"], "y": ["n", "y"]},
    identifier="id",
)
NUMBERS = replace(ROWS, features=tuple(f for f in ROWS.features if f.datatype != "BYTES"))


def names(tensors: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(tensor.name, tensor.datatype, tensor.columns) for tensor in tensors]


def test_an_input_for_each_column_by_name() -> None:
    given = {"town": ("tensor(string)", (-1, 1)), "age": ("tensor(double)", (-1, 1))}
    inputs, tensors = for_onnx(given, ROWS)
    assert [(column.name, column.datatype) for column in inputs] == [("town", "BYTES"), ("age", "FP64")]
    assert names(tensors) == [("town", "BYTES", ("town",)), ("age", "FP64", ("age",))]


@pytest.mark.parametrize("width", [3, -1])
def test_a_matrix_of_all_features_in_their_order(width: int) -> None:
    inputs, tensors = for_onnx({"X": ("tensor(float)", (-1, width))}, NUMBERS)
    assert names(tensors) == [("X", "FP32", ("age", "kids", "is_new"))]
    assert [column.datatype for column in inputs] == ["FP32", "INT64", "BOOL"]


def test_a_matrix_of_the_numbers_alone() -> None:
    assert names(for_onnx({"X": ("tensor(float)", (-1, 3))}, ROWS)[1]) == [("X", "FP32", ("age", "kids", "is_new"))]


def test_a_matrix_with_the_identifier_among_its_columns() -> None:
    _, tensors = for_onnx({"X": ("tensor(float)", (-1, 4))}, NUMBERS)
    assert names(tensors) == [("X", "FP32", ("id", "age", "kids", "is_new"))]


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (
            {"X": ("tensor(float)", (-1, 9))},
            "a matrix of 9 columns, and there are 4 features, of which town hold texts",
        ),
        ({"aeg": ("tensor(float)", (-1, 1)), "kids": ("tensor(int64)", (-1, 1))}, "the model's input aeg is no column"),
        ({"X": ("seq(map(string,tensor(float)))", ())}, "the model's input X is a seq(map"),
    ],
)
def test_what_cannot_be_matched_is_told(given: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as failure:
        for_onnx(given, ROWS)
    assert what in failure.value.what
    assert failure.value.fix


@pytest.fixture
def pictures() -> Any:
    """Return pictures of 2 x 2 pixels."""
    known = examples({"y": ["n", "y"]})
    feature = Column("image", "FP32", (-1, 4))
    columns = {**known.columns, "image": np.zeros((2, 4), np.float32)}
    return replace(known, columns=columns, features=(feature,), image={"height": 2, "width": 2, "channels": 1})


@pytest.mark.parametrize("shape", [(-1, 4), (-1, 1, 2, 2), (-1, 2, 2), (-1, -1)])
def test_pictures_of_any_rank(pictures: Any, shape: tuple[int, ...]) -> None:
    assert names(for_onnx({"pixels": ("tensor(float)", shape)}, pictures)[1]) == [("pixels", "FP32", ("image",))]
    assert for_network({"image": ("tensor(float)", shape)}, pictures)[0][0].name == "image"


def test_pictures_of_another_size_are_told(pictures: Any) -> None:
    with pytest.raises(InputError, match=r"takes 9 values a picture \(1 x 3 x 3\), and there are 4") as failure:
        for_onnx({"pixels": ("tensor(float)", (-1, 1, 3, 3))}, pictures)
    assert "params.size" in failure.value.fix
    with pytest.raises(InputError, match="the model has 2 inputs, and the data one"):
        for_onnx({"a": ("tensor(float)", (-1, 4)), "b": ("tensor(float)", (-1, 4))}, pictures)


def test_a_booster_is_fed_by_name_or_by_order() -> None:
    spaced = examples({"a b": [1.0, 2.0], "c": [1, 2], "y": ["n", "y"]})
    assert names(for_booster(["c", "a_b"], spaced, "X")[1]) == [("X", "FP64", ("c", "a b"))]
    assert names(for_booster(["Column_0", "Column_1"], spaced, "X")[1]) == [("X", "FP64", ("a b", "c"))]
    assert [column.datatype for column in for_booster(["a_b"], spaced, "X")[0]] == ["FP64"]


@pytest.mark.parametrize(
    ("features", "what"),
    [(["town"], "the model takes numbers, and town holds texts"), (["aeg"], "the model's feature aeg is no column")],
)
def test_a_booster_of_strangers_is_told(features: list[str], what: str) -> None:
    with pytest.raises(InputError, match=what):
        for_booster(features, ROWS, "X")
