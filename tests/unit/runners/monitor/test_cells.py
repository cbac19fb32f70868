"""Rows are cut out of their lines and read as a table, or not at all."""

from typing import Any

import pyarrow as pa
import pytest

from runners.monitor.cells import cut, table_of
from runners.monitor.rows import listed as values_of
from runners.monitor.shapes import Shape
from tests.unit.runners.monitor.traffic import compact, event, listed

ROWS = [
    {"AGEP": 40.5, "SEX": "1", "id": 7, "ok": True, "prediction": 1, "predicted_probability": 0.9},
    {"AGEP": None, "SEX": "2", "id": 8, "ok": False, "prediction": 0, "predicted_probability": 0.1},
]
NAMES = ("AGEP", "SEX", "id")
SHAPE = Shape({"AGEP": pa.float64(), "SEX": pa.string(), "id": pa.int64()}, pa.int64(), pa.float64())


def block(*lines: Any) -> bytes:
    return "".join(f"{compact(line)}\n" for line in lines).encode()


def read(rows: list[list[Any]], shape: Shape = SHAPE) -> dict[str, list[Any]] | None:
    told = {"columns": list(NAMES), "rows": rows, "prediction": [1] * len(rows)}
    found = cut(block({"data": told}))
    assert found
    table = table_of(found, shape)
    return table and {name: values_of(values) for name, values in table.columns.items()}


def test_in_the_place_of_rows_stands_their_number() -> None:
    found = cut(block(listed(event(1, ROWS)), event(2, [], columns=[]), listed(event(3, ROWS))))
    assert found
    assert (found.names, found.cells) == (list(NAMES), [b'40.5,"1",7],[null,"2",8'] * 2)
    assert found.heads.count(b'"columns":[],"rows":[0],"prediction":[1,0]') == 1
    assert found.heads.count(b'"columns":[],"rows":[1],"prediction":[1,0]') == 1


@pytest.mark.parametrize(
    "lines",
    [
        block(event(1, ROWS)),
        block(listed(event(1, ROWS)), event(1, ROWS)),
        block(listed(event(1, ROWS)), listed(event(1, [{"AGEP": 1, **ROWS[0], "SEX": "1"}], columns=["SEX"]))),
        block(listed(event(1, ROWS)), event(1, ROWS, rows=[[1]], columns=[1])),
        block(listed(event(1, ROWS, **{"r\u0001": 1}))),
        b"",
    ],
)
def test_what_isn_t_all_so_is_not_cut(lines: bytes) -> None:
    found = cut(lines)
    assert found is None or table_of(found, SHAPE) is not None
    if b'"rows":[{' in lines:
        assert found is None


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
