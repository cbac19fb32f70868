"""Seen rows: found again whatever their columns' types have become, and told from all others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from runners.contract import InputError
from runners.evaluate.seen import FILE, names_of, read_seen, seen_of


def column(values: list[Any]) -> Any:
    array = np.array(values)
    return np.array(values, object) if array.dtype.kind in "UO" else array


@given(st.lists(st.integers(-(2**62), 2**62), unique=True, max_size=40), st.integers(0, 40))
def test_what_was_seen_is_found_and_nothing_else(names: list[int], cut: int) -> None:
    rows = np.array(names, np.int64)
    seen = seen_of(["id"], [{"id": rows[:cut]}])
    assert seen.among({"id": rows}).tolist() == [place < cut for place in range(len(names))]


@given(st.lists(st.text(max_size=200), unique=True, max_size=20), st.integers(0, 20))
def test_names_may_be_any_texts(names: list[str], cut: int) -> None:
    rows = np.array(names, object)
    assert seen_of(["id"], [{"id": rows[:cut]}]).among({"id": rows}).tolist() == [at < cut for at in range(len(rows))]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([17, 4], [17.0, 4.0]),
        ([17, 4], ["17", "4"]),
        ([True, False], [1.0, 0.0]),
        ([0.5, float("nan")], [0.5, float("nan")]),
        (["a", None], ["a", None]),
    ],
)
def test_equal_values_are_equal_whatever_type_their_column_has(before: list[Any], now: list[Any]) -> None:
    assert names_of({"x": column(before)}, ["x"]).tolist() == names_of({"x": column(now)}, ["x"]).tolist()


def test_rows_of_several_columns_are_told_apart_by_each_and_by_their_order() -> None:
    columns = {"a": column(["x", "y", "xy", ""]), "b": column(["y", "x", "", "xy"])}
    assert len(set(names_of(columns, ["a", "b"]).tolist())) == 4
    missing = {"a": column([None, ""]), "b": column(["", None])}
    assert len(set(names_of(missing, ["a", "b"]).tolist())) == 2


def test_it_comes_back_as_it_was_left(tmp_path: Path) -> None:
    left = seen_of(["town", "id"], [{"id": np.arange(5), "town": column(list("abcde"))}] * 2)
    left.write(tmp_path)
    found = read_seen(tmp_path)
    assert found is not None
    assert (found.by, found.rows.tolist()) == (("town", "id"), left.rows.tolist())
    assert len(left.rows) == 5


def test_a_model_of_before_tells_none(tmp_path: Path) -> None:
    assert read_seen(tmp_path) is None


@pytest.mark.parametrize("told", [None, b"no json", json.dumps({"format": 9, "by": ["id"]}).encode()])
def test_what_cannot_be_read_is_told(tmp_path: Path, told: bytes | None) -> None:
    table = pa.table({"row": pa.array([1], pa.int64())}).replace_schema_metadata({b"setpoint": told} if told else None)
    parquet.write_table(table, tmp_path / FILE)
    with pytest.raises(InputError, match=FILE):
        read_seen(tmp_path)
    (tmp_path / FILE).write_text("no parquet")
    with pytest.raises(InputError, match="can't be read"):
        read_seen(tmp_path)
