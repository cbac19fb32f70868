"""Tables: Parquet as NumPy's columns, and back."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.evaluate.tables import array_of, read_parquet, write_parquet


@pytest.mark.parametrize(
    ("arrow", "kind", "values"),
    [
        (pa.array(["a", None, "b"]), "O", ["a", None, "b"]),
        (pa.array(["a", "b"], pa.large_string()), "O", ["a", "b"]),
        (pa.array(["a", None, "a"]).dictionary_encode(), "O", ["a", None, "a"]),
        (pa.array([1, 2, 1]).dictionary_encode(), "i", [1, 2, 1]),
        (pa.array([1, 2], pa.int8()), "i", [1, 2]),
        (pa.array([1, None]), "f", [1.0, np.nan]),
        (pa.array([2**63], pa.uint64()), "f", [2.0**63]),
        (pa.array([1.5, None], pa.float32()), "f", [1.5, np.nan]),
        (pa.array([Decimal("1.25")]), "f", [1.25]),
        (pa.array([True, False]), "b", [True, False]),
        (pa.array([True, None]), "f", [1.0, np.nan]),
        (pa.array([[0.5, 1.0], [1.5, 2.0]]), "f", [[0.5, 1.0], [1.5, 2.0]]),
        (pa.array([[1], [2, 3]]), "O", [[1], [2, 3]]),
        (pa.array([None, None], pa.null()), "O", [None, None]),
        (pa.array([{"a": 1}]), "O", [{"a": 1}]),
        (pa.array([], pa.string()), "O", []),
    ],
)
def test_every_type_has_its_array(arrow: Any, kind: str, values: list[Any]) -> None:
    array = array_of(pa.chunked_array([arrow[:1], arrow[1:]]) if len(arrow) > 1 else pa.chunked_array([arrow]))
    assert array.dtype.kind == kind
    np.testing.assert_equal(array.tolist(), values)


def test_moments_are_moments() -> None:
    for moment in (date(2024, 1, 2), datetime(2024, 1, 2), datetime(2024, 1, 2, tzinfo=UTC)):  # noqa: DTZ001
        assert array_of(pa.chunked_array([pa.array([moment, None])])).dtype.kind == "M"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    columns = {
        "text": np.array(["a", None], object),
        "number": np.array([1.5, np.nan]),
        "whole": np.array([1, 2]),
        "truth": np.array([True, False]),
        "picture": np.array([[0.0, 0.5], [1.0, 0.25]], np.float32),
        "moment": np.array(["2024-01-02", "NaT"], "datetime64[us]"),
    }
    write_parquet(columns, tmp_path / "rows.parquet")
    again = read_parquet(tmp_path / "rows.parquet")
    assert list(again) == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(again[name], values)


def test_a_missing_file_and_one_that_is_no_parquet_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no rows\.parquet") as failure:
        read_parquet(tmp_path / "rows.parquet", "make it")
    assert failure.value.fix == "make it"
    (tmp_path / "rows.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"rows\.parquet can't be read"):
        read_parquet(tmp_path / "rows.parquet")


def test_an_empty_table_has_empty_columns(tmp_path: Path) -> None:
    parquet.write_table(
        pa.table({"a": pa.array([], pa.string()), "b": pa.array([], pa.float64())}), tmp_path / "x.parquet"
    )
    assert [len(values) for values in read_parquet(tmp_path / "x.parquet").values()] == [0, 0]
