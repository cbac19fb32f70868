"""Which columns are missing together."""

from typing import Any

import numpy as np
import pyarrow as pa

from runners.ingest.findings.gaps import MOST_COLUMNS, Gaps
from runners.tables.summary import summarise
from tests.unit.runners.ingest.findings.looked import found_in

CHANCE = np.random.default_rng(2)
N = 800


def masked(*masks: Any) -> list[tuple[str, ...]]:
    columns = {f"c{place}": pa.array(CHANCE.normal(size=N), mask=mask) for place, mask in enumerate(masks)}
    found = found_in(columns, dict.fromkeys(columns, "number"))
    return [one.columns for one in found if one.kind == "missing_together"]


def test_columns_hang_together_by_their_gaps() -> None:
    gaps, other = CHANCE.random(N) < 0.2, CHANCE.random(N) < 0.2
    nearly = gaps & (CHANCE.random(N) < 0.95)
    assert masked(gaps, other, nearly, gaps) == [("c0", "c2", "c3")]
    assert masked(gaps, other, ~gaps) == []
    assert masked(gaps, gaps & (CHANCE.random(N) < 0.6)) == []
    assert masked(np.ones(N, bool), np.ones(N, bool)) == []
    few = np.arange(N) < 9
    assert masked(few, few) == []
    assert masked(np.arange(N) < 10, np.arange(N) < 10) == [("c0", "c1")]


def test_counts_are_those_of_all_rows() -> None:
    names = [f"c{place}" for place in range(MOST_COLUMNS + 5)]
    gaps = Gaps(names)
    assert len(gaps.columns) == MOST_COLUMNS
    masks = {name: CHANCE.random(50) < 0.5 for name in names}
    batch = pa.RecordBatch.from_pydict({name: pa.array(np.ones(50), mask=mask) for name, mask in masks.items()})
    for start in (0, 20):
        gaps.see(batch.slice(start, 20 if start == 0 else 30), summarise((), {}))
    assert gaps.counts[3, 4] == (masks["c3"] & masks["c4"]).sum()
    assert gaps.counts[7, 7] == masks["c7"].sum()
