"""What columns are made of is learned from events, and what fits no type stays as it is."""

from typing import Any

import numpy as np
import pyarrow as pa

from runners.monitor.events import Event
from runners.monitor.rows import micros
from runners.monitor.shapes import Shape, typed
from tests.unit.runners.monitor.traffic import START


def seen(*rows: dict[str, Any], shape: Shape | None = None, **data: Any) -> Shape:
    told = {"rows": list(rows), "prediction": [1] * len(rows), "status": 200} | data
    return (shape or Shape({"a": None})).seeing([Event("e", START, told)])


def test_a_shape_is_learned() -> None:
    assert micros(START)
    assert not Shape({"a": None}).is_known
    found = seen({"a": 1}, probability=[0.5])
    assert found.is_known
    assert (found.columns, found.prediction, found.probability) == ({"a": pa.int64()}, pa.int64(), pa.float64())
    assert seen({"a": None}).unknown == ["a"]


def test_numbers_widen_and_others_stay() -> None:
    assert seen({"a": 2.5}, shape=seen({"a": 1})).columns["a"] == pa.float64()
    assert seen({"a": "x"}, shape=seen({"a": 1})).columns["a"] == pa.int64()


def test_probabilities_of_several_classes_are_lists() -> None:
    assert seen({"a": 1}, probability=[[0.5, 0.5]]).probability == pa.list_(pa.float64())


def test_of_rows_that_are_cut_out_a_number_is_expected() -> None:
    data = seen({"a": 1}).schema(of_numbers=("rows",)).field("data").type
    assert data.field("rows").type == pa.list_(pa.int64())


def test_values_are_of_their_type_or_python_s_own() -> None:
    assert typed([1, None], pa.float64()).to_pylist() == [1.0, None]
    assert isinstance(typed([1, "a"], pa.float64()), np.ndarray)
    assert isinstance(typed([1], None), np.ndarray)
    assert typed([7, 7.5], pa.int64()).tolist() == [7, 7.5]
    assert typed([[0.5, 0.5], None], pa.list_(pa.float64())).to_pylist() == [[0.5, 0.5], None]
