"""Rows and answers are cut out of their lines, and a number stands in their place."""

import json

import pyarrow as pa
import pytest

from runners.monitor.cells import table_of
from runners.monitor.pieces import cut
from runners.monitor.shapes import Shape
from tests.unit.runners.monitor.traffic import block, event, listed

ROWS = [
    {"AGEP": 40.5, "SEX": "1", "id": 7, "ok": True, "prediction": 1, "predicted_probability": 0.9},
    {"AGEP": None, "SEX": "2", "id": 8, "ok": False, "prediction": 0, "predicted_probability": 0.1},
]
NAMES = ("AGEP", "SEX", "id")
SHAPE = Shape({"AGEP": pa.float64(), "SEX": pa.string(), "id": pa.int64()}, pa.int64(), pa.float64())


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


def test_answers_are_cut_out_as_rows_are() -> None:
    failed = event(2, [], status=500, columns=[], prediction=[], probability=[])
    found = cut(block(listed(event(1, ROWS)), failed, listed(event(3, ROWS[:1]))), with_answers=True)
    assert found
    assert list(map(bytes, found.cells)) == [b'40.5,"1",7],[null,"2",8', b'40.5,"1",7']
    assert list(map(bytes, found.predictions)) == [b"1,0", b"1"]
    assert list(map(bytes, found.probabilities)) == [b"0.9,0.1", b"0.9"]
    told = [json.loads(line)["data"] for line in found.heads.splitlines()]
    assert [(one["rows"], one["prediction"], one["probability"]) for one in told] == [
        ([0], [0], [0]),
        ([], [], []),
        ([1], [1], [1]),
    ]
    assert [one["status"] for one in told] == [200, 500, 200]


@pytest.mark.parametrize(
    "line",
    [
        listed(event(1, ROWS, prediction=["a]", "b"])),
        listed(event(1, ROWS, probability=None)),
        listed(event(1, ROWS, more={"prediction": [5]})),
        {"data": {"columns": ["AGEP"], "rows": [[1]], "prediction": [1], "status": 200}},
    ],
)
def test_answers_that_stand_otherwise_stay_where_they_are(line: object) -> None:
    assert cut(block(line), with_answers=True) is None
    assert cut(block(line)) is not None
