"""Intervals of a table stand on one scale."""

from reconciler.web.pages.tables import Interval, intervals


def test_intervals_share_a_scale_from_the_least_end_to_the_greatest() -> None:
    first, second, none = intervals(
        [{"low": 0.8, "value": 0.9, "high": 1.0}, {"low": 0.6, "value": 0.7, "high": 0.8}, {"value": 0.7, "low": None}]
    )
    assert first == Interval(70.0, 103.0, 136.0, "0.9 (0.8 to 1)")
    assert second == Interval(4.0, 37.0, 70.0, "0.7 (0.6 to 0.8)")
    assert none is None


def test_a_single_figure_without_width_has_its_place() -> None:
    (only,) = intervals([{"low": 1, "value": 1, "high": 1}])
    assert only == Interval(4.0, 4.0, 4.0, "1 (1 to 1)")
    assert intervals([]) == []
