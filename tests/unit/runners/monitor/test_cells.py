"""Rows that were cut out of their lines are read as a table, and answers as lists; or not at all."""

from typing import Any

import pyarrow as pa
import pytest

from runners.monitor.cells import lists_of, table_of
from runners.monitor.pieces import cut
from runners.monitor.rows import listed as values_of
from runners.monitor.shapes import Shape
from tests.unit.runners.monitor.traffic import block, event, listed

ROWS = [
    {"AGEP": 40.5, "SEX": "1", "id": 7, "ok": True, "prediction": 1, "predicted_probability": 0.9},
    {"AGEP": None, "SEX": "2", "id": 8, "ok": False, "prediction": 0, "predicted_probability": 0.1},
]
NAMES = ("AGEP", "SEX", "id")
SHAPE = Shape({"AGEP": pa.float64(), "SEX": pa.string(), "id": pa.int64()}, pa.int64(), pa.float64())


def read(rows: list[list[Any]], shape: Shape = SHAPE) -> dict[str, list[Any]] | None:
    told = {"columns": list(NAMES), "rows": rows, "prediction": [1] * len(rows)}
    found = cut(block({"data": told}))
    assert found
    table = table_of(found, shape)
    return table and {name: values_of(values) for name, values in table.columns.items()}


def test_a_table_is_read_in_the_types_that_are_known() -> None:
    assert read([[40.5, "1", 7], [None, None, 8]]) == {"AGEP": [40.5, None], "SEX": ["1", None], "id": [7, 8]}
    assert read([[1, "1", 7]]) == {"AGEP": [1.0], "SEX": ["1"], "id": [7]}


@pytest.mark.parametrize("text", ["a,b", "],[", "]", "[", 'a"b', "a\\b", "null", "ä", "", '","', "\n", "a\u0001"])
def test_texts_may_be_any(text: str) -> None:
    assert read([[1.0, text, 7], [2.0, "b", 8]]) in ({"AGEP": [1.0, 2.0], "SEX": [text, "b"], "id": [7, 8]}, None)


def test_a_text_with_a_comma_is_read_as_json() -> None:
    assert read([[1.0, "a,b", 7]]) == {"AGEP": [1.0], "SEX": ["a,b"], "id": [7]}


@pytest.mark.parametrize("row", [["40", "1", 7], [1.0, 1, 7], [1.0, "1", 7.5], [1.0, "1", 2**70], [1.0, ["1"], 7]])
def test_what_is_of_another_type_is_left_to_the_slow_way(row: list[Any]) -> None:
    assert read([row]) is None


def test_of_a_column_without_a_type_only_gaps_are_read() -> None:
    shape = Shape({"AGEP": None, "SEX": pa.string()}, pa.int64())
    assert read([[None, "1", 7]], shape) == {"SEX": ["1"]}
    assert read([[1.0, "1", 7]], shape) is None


def test_rows_belong_to_the_events_whose_numbers_they_have() -> None:
    found = cut(block(listed(event(1, ROWS)), listed(event(2, ROWS[:1]))))
    table = found and table_of(found, SHAPE)
    assert table
    assert table.sizes.tolist() == [2, 1]
    told = table.sizes_of(pa.array([[0], [], None, [1]], pa.list_(pa.int64())))
    assert told is not None
    assert told.tolist() == [2, 0, -1, 1]
    for others in ([[1], [0]], [[0]], [[0, 1]], [[0], [1], [1]]):
        assert table.sizes_of(pa.array(others, pa.list_(pa.int64()))) is None


def test_lists_of_numbers_are_read_at_once_and_belong_to_their_events() -> None:
    found = lists_of([b"1,null", b"", b"3"], pa.int64())
    assert found
    assert (found.values.to_pylist(), found.sizes.tolist()) == ([1, None, 3], [2, 0, 1])
    told = found.of(pa.array([[0], None, [1], [2]], pa.list_(pa.int64())))
    assert told.to_pylist() == [[1, None], None, [], [3]]
    assert found.of(pa.array([[0], [2], [1]], pa.list_(pa.int64()))) is None
    assert found.of(pa.array([[0], [1]], pa.list_(pa.int64()))) is None


def test_of_lists_without_a_number_none_is_read() -> None:
    found = lists_of([b"", b""], pa.float64())
    assert found
    assert found.of(pa.array([[0], [1]], pa.list_(pa.int64()))).to_pylist() == [[], []]


@pytest.mark.parametrize("cell", [b"1.5", b'"1"', b"true", b"1,,2", b"1,", b"NaN", b"1e999", b"[1", b"1 2", b"1\r2"])
def test_lists_of_anything_else_are_not_read(cell: bytes) -> None:
    assert lists_of([cell], pa.int64()) is None
    if cell != b"1.5":
        assert lists_of([b"1", cell], pa.float64()) is None
