"""The straight way from a source to stored columns, held against the way through the spool."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.ingest import straight
from runners.ingest.parameters import Parameters
from runners.ingest.straight import Straight, TypesDiffer
from runners.ingest.tables import Table, write_table
from runners.sources.reading import Reading
from runners.tables.types import USUAL

SOURCE = {"files": {"url": "x.csv", "format": "csv"}}
Cells = st.none() | st.sampled_from(["1", "2.5", "NA", "true", "2024-01-31", "007", " 7", "x", "1,5", "-"])
Columns = st.dictionaries(st.sampled_from("abc"), st.lists(Cells, min_size=2, max_size=2), min_size=1)


def reading(batches: list[dict[str, list[Any]]], *, is_text: bool = True) -> Reading:
    made = [pa.RecordBatch.from_pydict({n: pa.array(v, pa.string()) for n, v in batch.items()}) for batch in batches]
    return Reading(iter(made), is_text=is_text, read_from="here")


def told(table: Table) -> Any:
    return table.content, table.types, table.violations, table.details, parquet.read_table(table.path).to_pydict()


@settings(max_examples=60)
@given(
    st.lists(Columns, min_size=1, max_size=4),
    st.booleans(),
    st.none() | st.sampled_from(["integer", "number", "boolean", "datetime", "string"]),
)
def test_both_ways_end_at_the_same_table(batches: list[dict[str, Any]], is_text: bool, declared: str | None) -> None:
    columns = {"columns": {"a": {"type": declared}}, "extra_columns": "allow"} if declared else {}
    params = Parameters.model_validate({"source": SOURCE, **columns})
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight, "GROUP_ROWS", 2)
        near = write_table(
            reading(batches, is_text=is_text), params, Path(place), lambda: reading(batches, is_text=is_text)
        )
        first = told(near)
        assert first == told(write_table(reading(batches, is_text=is_text), params, Path(place)))


def test_rows_that_fit_are_read_once(tmp_path: Path) -> None:
    def never() -> Reading:
        raise AssertionError("the source was opened again")

    batches = [{"a": ["1", "2"], "b": ["x", None]}, {"a": ["NA", "3"], "b": ["y", "z"]}]
    table = write_table(reading(batches), Parameters.model_validate({"source": SOURCE}), tmp_path, never)
    assert table.types == {"a": "integer", "b": "string"}
    assert parquet.read_table(table.path)["a"].to_pylist() == [1, 2, None, 3]


def test_a_later_row_of_another_type_ends_the_straight_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(straight, "GROUP_ROWS", 1)
    rows = Straight(reading([{"a": ["1"]}, {"a": ["x"]}]).batches, {}, USUAL, is_text=True)
    assert rows.types == {"a": "integer"}
    with pytest.raises(TypesDiffer):
        list(rows.rows())
