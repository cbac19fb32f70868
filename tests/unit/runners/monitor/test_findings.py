"""Findings order the columns by how far they are beyond their own limits."""

from runners.monitor.chunks import Series
from runners.monitor.columns import Column
from runners.monitor.findings import Findings, far

DRIFT = {
    "a": Series((0.02,), (0.2, 0.3, 0.4), upper=0.5),
    "b": Series((0.02,), (0.2, 0.3, 0.4), upper=0.1),
    "c": Series((0.02,), (0.0, 0.2, 0.0), upper=0.1),
    "d": Series((0.02,), (0.09, 0.2, 0.2), upper=0.1),
}
FOUND = Findings([Column(name, "number") for name in DRIFT], DRIFT, {})


def test_columns_are_ordered_by_distance_in_limits() -> None:
    assert FOUND.by_distance() == ["b", "d", "c", "a"]
    assert far(DRIFT["b"]) == 0.3 / 0.1


def test_a_column_drifts_when_it_persists() -> None:
    assert FOUND.drifted == ["b", "d"]


def test_a_column_without_values_is_not_far() -> None:
    assert far(Series((), (None, None), upper=0.1)) == 0.0
