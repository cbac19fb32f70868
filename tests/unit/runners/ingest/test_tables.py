"""Tables from their source to Parquet."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.ingest.parameters import Parameters
from runners.ingest.tables import Table, write_table
from runners.sources.reading import Reading
from runners.tables.content import GROUP_ROWS, content_of_table


def written(folder: Path, *batches: dict[str, list[Any]], is_text: bool = False, **spec: Any) -> Table:
    """Write batches of rows under a spec."""
    folder.mkdir(exist_ok=True)
    params = Parameters.model_validate({"source": {"sql": {"url": "x://", "query": "q"}}, **spec})
    reading = Reading(iter(pa.RecordBatch.from_pydict(b) for b in batches), is_text=is_text, read_from="here")
    return write_table(reading, params, folder)


def test_rows_keep_their_order_and_columns_their_declared_types(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        {"zip": ["02138", "10001"], "age": ["30", None]},
        {"zip": ["00501"], "age": ["7"]},
        is_text=True,
        columns={"zip": {"type": "string"}, "age": {"type": "number", "missing": 0.5}},
    )
    assert (table.rows, table.violations) == (3, ())
    assert parquet.read_table(table.path).to_pydict() == {"zip": ["02138", "10001", "00501"], "age": [30.0, None, 7.0]}


def test_equal_rows_make_equal_bytes_however_the_source_dealt_them_out(tmp_path: Path) -> None:
    rows: dict[str, list[Any]] = {"a": list(range(100)), "b": [str(n % 7) for n in range(100)]}
    parts = [{"a": rows["a"][n : n + 30], "b": rows["b"][n : n + 30]} for n in range(0, 100, 30)]
    one, many = written(tmp_path / "one", rows), written(tmp_path / "many", *parts)
    assert one.path.read_bytes() == many.path.read_bytes()
    assert one.content == many.content == content_of_table(parquet.read_table(one.path))


def test_a_changed_value_changes_the_content(tmp_path: Path) -> None:
    first = written(tmp_path / "first", {"a": [1, 2]})
    assert written(tmp_path / "second", {"a": [1, 3]}).content != first.content
    assert written(tmp_path / "third", {"a": [2, 1]}).content != first.content


def test_values_that_break_their_type_stay_for_inspection(tmp_path: Path) -> None:
    table = written(tmp_path, {"age": ["30", "old"]}, is_text=True, columns={"age": {"type": "integer"}})
    assert [violation.where for violation in table.violations] == ["age"]
    assert parquet.read_table(table.path)["age"].to_pylist() == ["30", "old"]
    assert table.types == {"age": "string"}


def test_long_tables_are_written_in_groups_of_one_size(tmp_path: Path) -> None:
    count = GROUP_ROWS + 10
    table = written(tmp_path, *({"a": list(range(n, min(n + 9999, count)))} for n in range(0, count, 9999)))
    metadata = parquet.read_metadata(table.path)
    assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == [GROUP_ROWS, 10]
    assert table.rows == count


def test_duplicates_are_found_over_all_groups(tmp_path: Path) -> None:
    table = written(tmp_path, {"id": [1, 2]}, {"id": [2, 3]}, identifier="id")
    assert [violation.what for violation in table.violations] == [
        "1 of 4 values repeats an earlier one, which identifier forbids"
    ]


def test_no_rows_are_a_violation_and_no_columns_an_error(tmp_path: Path) -> None:
    table = written(tmp_path, {"a": [], "b": []}, columns={"a": {"type": "integer"}, "b": {"type": "string"}})
    assert [violation.where for violation in table.violations] == ["table"]
    assert parquet.read_table(table.path).schema.names == ["a", "b"]
    with pytest.raises(InputError, match="no rows and no columns"):
        written(tmp_path)


def test_nothing_but_missing_values_is_a_violation(tmp_path: Path) -> None:
    table = written(tmp_path, {"a": [None, None], "b": [None, None]})
    assert [violation.what for violation in table.violations] == ["every value of every column is missing"]
    assert table.types == {"a": "string", "b": "string"}


def test_one_value_is_not_nothing(tmp_path: Path) -> None:
    assert written(tmp_path, {"a": [None, 1], "b": [None, None]}).violations == ()
