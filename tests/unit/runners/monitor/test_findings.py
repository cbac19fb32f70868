"""Findings order the columns by how far they are beyond their own limits."""

from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.drift import Drift
from runners.monitor.findings import Findings

CHUNKS = Series((0.02,), (0.2, 0.3, 0.4), upper=0.5)
DRIFT = {"a": Drift(CHUNKS, 0.3, 0.5), "b": Drift(CHUNKS, 0.3, 0.1), "c": Drift(CHUNKS, 0.2, 0.1)}
FOUND = Findings([Column(name, "number") for name in DRIFT], DRIFT, {})


def test_columns_are_ordered_by_distance_in_limits() -> None:
    assert FOUND.by_distance() == ["b", "c", "a"]
    assert DRIFT["b"].far == 0.3 / 0.1


def test_a_column_drifts_beyond_its_limit() -> None:
    assert FOUND.drifted == ["b", "c"]


def test_without_a_limit_the_distance_is_how_far() -> None:
    assert Drift(CHUNKS, 0.0, 0.0).far == 0.0
    assert not Drift(CHUNKS, 0.0, 0.0).is_beyond
