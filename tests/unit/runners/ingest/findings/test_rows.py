"""Rows that are alike, counted exactly."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.ingest.findings import rows
from runners.ingest.findings.rows import TEST, VALIDATION, Alike, RowHashes
from runners.tables.columns import ARROW
from runners.tables.summary import summary_of
from runners.tables.types import Type

TYPES: dict[str, Type] = {
    "id": "integer",
    "a": "number",
    "b": "string",
    "c": "boolean",
    "d": "datetime",
    "y": "string",
}
Row = st.tuples(
    st.sampled_from([None, 0.0, -0.0, 1.5]),
    st.sampled_from([None, "", "x", "long " * 40]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, 0, 86_400]),
    st.sampled_from([None, "p", "q"]),
)


def alike(folder: Path, parts: list[list[Any]]) -> Alike:
    hashes, number = RowHashes(folder, "id", "y"), 0
    for part in parts:
        columns = list(zip(*part, strict=True)) if part else [()] * 5
        arrays = [pa.array(range(number, number + len(part)), pa.int64())]
        arrays += [
            pa.array(values, pa.int64()).cast(pa.timestamp("s", "UTC")).cast(ARROW[type_])
            if type_ == "datetime"
            else pa.array(values, ARROW[type_])
            for values, type_ in zip(columns, list(TYPES.values())[1:], strict=True)
        ]
        number += len(part)
        batch = pa.RecordBatch.from_arrays(arrays, names=list(TYPES))
        hashes.see(batch, summary_of(batch, TYPES, "y"))
    return hashes.alike()


@given(st.lists(st.lists(Row, max_size=15), max_size=4))
def test_counts_are_those_of_rows_compared_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[Any]]
) -> None:
    found = alike(tmp_path_factory.mktemp("rows"), parts)
    everything = [row for part in parts for row in part]
    whole, features = Counter(everything), Counter(row[:-1] for row in everything)
    targets = Counter(row[:-1] for row in whole)
    assert (found.rows, found.distinct) == (len(everything), len(whole))
    assert found.repeated == len(everything) - len(whole)
    assert found.pairs == sum(count * (count - 1) // 2 for count in features.values())
    assert found.conflicting == sum(features[row] for row, count in targets.items() if count > 1)
    twins = sum(size * (1 - (TEST + VALIDATION) ** (size - 1)) for size in features.values())
    assert found.twins * max(1, len(everything)) == pytest.approx(twins)


def test_on_the_disk_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [[(float(n % 7), "x", True, n % 3, "p") for n in range(start, start + 30)] for start in (0, 20, 40)]
    in_memory = alike(tmp_path / "memory", parts)
    monkeypatch.setattr(rows, "IN_MEMORY", 10)
    assert alike(tmp_path / "disk", parts) == in_memory
    assert (tmp_path / "disk/rows").is_dir()
    assert in_memory.distinct == 21


def test_columns_do_not_stand_in_for_each_other(tmp_path: Path) -> None:
    """The same values in two other columns make another row; nor do a missing and an empty value."""
    types: dict[str, Type] = {"p": "string", "q": "string"}
    hashes = RowHashes(tmp_path, None, None)
    batch = pa.RecordBatch.from_pydict({"p": ["a", "b", None, "", "a"], "q": ["b", "a", "", None, "b"]})
    hashes.see(batch, summary_of(batch, types))
    assert (hashes.alike().rows, hashes.alike().distinct) == (5, 4)
