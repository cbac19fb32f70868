"""The spool between a source and what is written."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from runners.ingest.parameters import Column
from runners.ingest.spool import Spool, column


def batch(**columns: Any) -> Any:
    """Return a record batch of these columns."""
    return pa.RecordBatch.from_pydict(columns)


def test_batches_come_back_in_their_order_whatever_their_schema(tmp_path: Path) -> None:
    spool = Spool(tmp_path, {})
    spool.fill(iter([batch(a=[1, 2]), batch(a=[3]), batch(a=["x"], b=[True]), batch(a=[4])]), is_text=False)
    assert [b.column(0).to_pylist() for b in spool.batches()] == [[1, 2], [3], ["x"], [4]]
    assert [b.column(0).to_pylist() for b in spool.batches()] == [[1, 2], [3], ["x"], [4]]
    assert (spool.rows, len(spool.segments)) == (5, 3)
    assert spool.types() == {"a": "string", "b": "boolean"}


def test_the_type_is_known_only_at_the_last_row(tmp_path: Path) -> None:
    spool = Spool(tmp_path, {})
    spool.fill([batch(a=["1"], b=["1"]), batch(a=["2.5"], b=["x"])], is_text=True)
    assert spool.types() == {"a": "number", "b": "string"}


def test_a_declared_type_holds_where_every_value_fits_it(tmp_path: Path) -> None:
    spool = Spool(
        tmp_path, {"zip": Column(type="string"), "age": Column(type="integer"), "gone": Column(type="number")}
    )
    spool.fill([batch(zip=["10001"], age=["5"]), batch(zip=["10002"], age=["old"])], is_text=True)
    assert spool.types() == {"zip": "string", "age": "string"}
    assert spool.misfits == {"age"}


def test_a_column_that_a_part_lacks_is_missing_there() -> None:
    assert column(batch(a=[1, 2]), "b").to_pylist() == [None, None]
    assert column(batch(a=[1, 2]), "a").to_pylist() == [1, 2]


def test_nothing_is_spooled_of_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path, {})
    spool.fill([], is_text=False)
    assert (spool.rows, spool.types(), list(spool.batches())) == (0, {}, [])
