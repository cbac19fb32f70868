"""The target under another name."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.survey.leaks import renamed

GOAL = ["a", "b", "c"] * 20


@pytest.mark.parametrize(
    ("values", "is_leak"),
    [
        (GOAL, True),
        ([{"a": 1, "b": 2, "c": 3}[one] for one in GOAL], True),
        ([{"a": 1, "b": 2, "c": 2}[one] for one in GOAL], False),  # tells less: an honest column may
        (["a", *GOAL[1:-1], "b"], False),
        ([None, *GOAL[1:]], False),
        (list(range(60)), False),
    ],
)
def test_a_renamed_target_is_found(tmp_path: Path, values: list[object], is_leak: bool) -> None:
    parquet.write_table(pa.table({"y": GOAL, "x": values}), tmp_path / "data.parquet")
    assert list(renamed(tmp_path, "y", ["x"])) == (["x"] if is_leak else [])


@pytest.mark.parametrize(
    ("values", "is_leak"), [([0.5 * n for n in range(60)], True), ([float(n) for n in range(60)], False)]
)
def test_of_numbers_only_an_equal_column_is_one(tmp_path: Path, values: list[float], is_leak: bool) -> None:
    parquet.write_table(pa.table({"y": [0.5 * n for n in range(60)], "x": values}), tmp_path / "data.parquet")
    assert list(renamed(tmp_path, "y", ["x"])) == (["x"] if is_leak else [])
