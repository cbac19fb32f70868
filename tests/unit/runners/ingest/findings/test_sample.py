"""The sample of rows."""

import numpy as np
import pyarrow as pa
import pytest

from runners.ingest.findings.rows import RowHashes
from runners.ingest.findings.sample import CELLS, LONGEST, ROWS, Sample
from runners.tables.summary import summary_of


def sampled(
    tmp_path_factory: pytest.TempPathFactory, batch: pa.RecordBatch, cut: int, identifier: str | None
) -> Sample:
    types = {name: "string" if name == "id" else "integer" for name in batch.schema.names}
    sample = Sample(len(types), identifier)
    hashes = RowHashes(tmp_path_factory.mktemp("rows"), identifier, None)
    for start in range(0, batch.num_rows, cut):
        part = batch.slice(start, cut)
        hashes.see(part, summary_of(part, types))
        sample.see(part, hashes.newest)
    return sample


def rows(count: int) -> pa.RecordBatch:
    values = np.random.default_rng(0).integers(0, 9, count)
    return pa.RecordBatch.from_pydict({"id": [f"r{place}" for place in range(count)], "x": values})


def test_it_is_the_same_whatever_the_order_and_the_cuts(tmp_path_factory: pytest.TempPathFactory) -> None:
    batch = rows(3 * ROWS)
    first = sampled(tmp_path_factory, batch, 4000, "id").rows()
    other = sampled(tmp_path_factory, batch.take(np.random.default_rng(1).permutation(3 * ROWS)), 999, "id").rows()
    assert first["id"].to_pylist() == other["id"].to_pylist()
    assert len(first["id"]) == ROWS
    assert abs(first["x"].to_numpy().mean() - 4) < 0.15
    places = [int(name[1:]) for name in first["id"].to_pylist()]
    assert abs(np.mean(places) / (1.5 * ROWS) - 1) < 0.03


def test_of_rows_that_are_the_same_it_has_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    batch = rows(500).select(["x"])
    assert sorted(sampled(tmp_path_factory, batch, 70, None).rows()["x"].to_pylist()) == list(range(9))
    assert len(sampled(tmp_path_factory, rows(500), 70, "id").rows()["x"]) == 500


def test_wide_tables_have_fewer_rows_and_long_texts_are_cut(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Sample(5, None).most == ROWS
    assert Sample(1000, None).most == CELLS // 1000
    assert Sample(10**6, None).most == 100
    batch = pa.RecordBatch.from_pydict({"id": ["x" * 5000]})
    assert sampled(tmp_path_factory, batch, 10, None).rows()["id"].to_pylist() == ["x" * LONGEST]


def test_no_rows_are_no_sample() -> None:
    assert Sample(3, None).rows() == {}
