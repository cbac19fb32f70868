"""Quantiles as PromQL interpolates them; the figures are those of its documentation's rules, worked out by hand."""

from math import inf

import pytest

from runners.monitor.histogram import quantile

BUCKETS = {0.1: 10.0, 0.5: 70.0, 1.0: 90.0, inf: 100.0}


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, 0.05), (0.1, 0.1), (0.4, 0.3), (0.7, 0.5), (0.8, 0.75), (0.9, 1.0), (0.99, 1.0), (0.0, 0.0)],
)
def test_observations_lie_evenly_in_their_bucket(share: float, expected: float) -> None:
    assert quantile(share, BUCKETS) == pytest.approx(expected)


@pytest.mark.parametrize("buckets", [{}, {inf: 5.0}, {0.1: 0.0, inf: 0.0}, {0.1: 1.0, 0.5: 1.0}])
def test_there_is_no_quantile_of_nothing(buckets: dict[float, float]) -> None:
    assert quantile(0.5, buckets) is None


def test_empty_buckets_are_passed_over() -> None:
    assert quantile(0.5, {1.0: 0.0, 2.0: 0.0, 3.0: 10.0, inf: 10.0}) == pytest.approx(2.5)
