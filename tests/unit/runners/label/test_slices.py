"""Slices that lack labels: each is brought to its target, the one with fewest first, however many have some."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from runners.contract import InputError
from runners.label import slices
from runners.label.pool import KEY, Row
from runners.label.slices import Labelled, Lacking, filled, labelled_in


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([None, "a", "b", "c"]), st.booleans()), max_size=60), st.integers(1, 20))
def test_each_slice_is_filled_to_its_target_as_far_as_it_has_examples(
    told: list[tuple[str | None, bool]], target: int
) -> None:
    pool: list[Row] = [{KEY: n, "region": region} for n, (region, _) in enumerate(told)]
    has = frozenset(str(n) for n, (_, is_labelled) in enumerate(told) if is_labelled)
    there = Labelled(Counter(region for region, is_labelled in told if is_labelled), has)
    found, facts = filled(pool, Lacking(column="region", target=target), there)
    asked = Counter(row["region"] for row in found)
    assert not {str(row[KEY]) for row in found} & has
    for region, count in Counter(region for region, _ in told).items():
        free = count - there.counts[region]
        assert asked[region] == min(free, max(0, target - there.counts[region]))
    assert {one["value"]: one["asked"] for one in facts} == {str(region): asked[region] for region in dict(told)}
    levels = Counter(there.counts)
    for row in found:  # whoever gets one has no more than any that still gets one later
        later = {other["region"] for other in found[found.index(row) :]}
        assert levels[row["region"]] == min(levels[region] for region in later)
        levels[row["region"]] += 1


def test_labels_are_counted_by_slice(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": [1, 2, 3], "label": ["x", None, "y"]}), tmp_path / "labels.parquet")
    pool: list[Row] = [{KEY: n, "region": "a" if n < 3 else "b"} for n in range(5)]
    found = labelled_in(tmp_path.as_uri(), pool, Lacking(column="region", target=5))
    assert (found.counts, found.names) == (Counter(a=1, b=1), frozenset({"1", "3"}))


def test_there_is_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "MOST", 2)
    with pytest.raises(InputError, match="region has 3 values"):
        filled(
            [{KEY: n, "region": n} for n in range(3)],
            Lacking(column="region", target=1),
            Labelled(Counter(), frozenset()),
        )
