"""Pulls: what new rows are stored as, and which of them are marked as deleted."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from runners.ingest.parameters import Parameters
from runners.ingest.pull import NotAppendable, _is_marked, hashed_keys, spooled, types_of
from runners.tables.bag import row_hashes
from runners.tables.summary import Summary, summarise
from runners.tables.types import USUAL


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ([True, False, None], [True, False, False]),
        ([1, 0, None], [True, False, False]),
        ([0.5, 0.0, None], [True, False, False]),
        (["2024-01-01", "", None], [True, True, False]),
        ([None, None, None], [False, False, False]),
    ],
)
def test_a_mark_is_a_truth_or_anything_that_is_there(values: list[Any], marked: list[bool]) -> None:
    assert _is_marked(pa.array(values)).to_pylist() == marked


def params(**columns: str) -> Parameters:
    told = {"url": "x://", "query": "q", "incremental": {"watermark": "at", "key": ["id"], "deleted": "gone"}}
    declared = {"columns": {name: {"type": type_} for name, type_ in columns.items()}} if columns else {}
    return Parameters.model_validate({"source": {"sql": told}, **declared})


def summary(**columns: list[Any]) -> Summary:
    batch = pa.RecordBatch.from_pydict(columns)
    names: dict[Any, Any] = {pa.int64(): "integer", pa.float64(): "number", pa.string(): "string"}
    return summarise([batch], {field.name: names[field.type] for field in batch.schema})


def typed(place: Path, former: Summary | None, told: Parameters | None = None, **columns: list[Any]) -> dict[str, Any]:
    told = told or params()
    batch = pa.RecordBatch.from_pydict({**columns, "gone": [0] * 2, "setpoint_open": [1] * 2})
    growth = told.source.growth
    assert growth
    return dict(types_of(spooled(iter([batch]), told, former, place), told, growth, former))


def test_new_rows_are_stored_as_former_ones_where_all_together_would_be(tmp_path: Path) -> None:
    former = summary(a=[1.5], b=["x"])
    assert typed(tmp_path, None, a=[1, 2], b=[3, 4]) == {"a": "integer", "b": "integer"}
    assert typed(tmp_path, former, a=[1, 2], b=[3, 4]) == {"a": "number", "b": "string"}
    assert typed(tmp_path, former, a=[None, None], b=["y", None]) == {"a": "number", "b": "string"}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"a": [1.5, 2], "b": ["y", "z"]}, "column a was integer and is number"),
        ({"a": [1, 2]}, "column b is gone"),
        ({"b": ["y", "z"], "a": [1, 2]}, "another order"),
        ({"a": [1, 2], "b": ["y", "z"], "c": [1, 2]}, "column c is new"),
    ],
)
def test_what_doesnt_go_on_is_told(tmp_path: Path, columns: dict[str, list[Any]], told: str) -> None:
    with pytest.raises(NotAppendable, match=told):
        typed(tmp_path, summary(a=[1], b=["x"]), **columns)


def test_a_column_of_which_nothing_was_known_may_turn_out_to_be_anything(tmp_path: Path) -> None:
    former = summary(a=pa.array([None], pa.string()))
    assert typed(tmp_path, former, a=["y", "z"]) == {"a": "string"}
    with pytest.raises(NotAppendable, match="column a was string and is integer"):
        typed(tmp_path, former, a=[1, 2])


def test_keys_are_hashed_as_they_are_stored() -> None:
    found = hashed_keys([pa.RecordBatch.from_pydict({"id": [1, 2]})], ["id"], {"id": "number"}, USUAL)
    assert found.tolist() == row_hashes([pa.array([1.0, 2.0])]).tolist()
    assert hashed_keys([], ["id"], {"id": "number"}, USUAL).shape == (0, 2)
