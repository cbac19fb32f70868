"""Rows by batches, in memory that doesn't grow with the file."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.tables.streamed import streamed

PROBE = """
import resource, sys
from runners.tables.streamed import streamed
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
base = most()
print(sum(batch.num_rows for batch in streamed(sys.argv[1], 10_000)), most() - base)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, chance = tmp_path_factory.mktemp("rows") / "rows.parquet", np.random.default_rng(1)
    table = pa.table({f"x{number}": chance.random(400_000) for number in range(20)})
    parquet.write_table(table, path, row_group_size=50_000)
    return path


def test_all_rows_come_in_their_order_and_only_the_columns_that_are_named(file: Path) -> None:
    found = pa.Table.from_batches(streamed(file, 7_000, ["x3", "x1"]))
    assert found.equals(parquet.read_table(file, columns=["x3", "x1"]).combine_chunks())
    assert max(batch.num_rows for batch in streamed(file, 7_000)) == 7_000


def test_what_was_read_is_not_kept(file: Path) -> None:
    told = subprocess.run([sys.executable, "-c", PROBE, str(file)], capture_output=True, text=True, check=True).stdout
    rows, kibibytes = map(int, told.split())
    assert rows == 400_000
    assert kibibytes * 1024 < file.stat().st_size / 2
