"""Figures with bounds that hold as often as they say."""

import math

import numpy as np
import pytest

from runners.replica.figures import BLOCKS, Figure, exact, quantile, rate, share

MANY = 2000


def test_a_quantile_is_one_of_the_times_with_others_around_it() -> None:
    found = quantile(list(range(1, 1001)), 0.99, 0.95)
    assert (found.value, found.count) == (990, 1000)
    assert found.low is not None
    assert found.high is not None
    assert 980 < found.low < 990 < found.high < 1000


@pytest.mark.parametrize("percent", [50, 99])
def test_its_upper_bound_is_above_the_truth_as_often_as_it_is_asked_to_be(percent: int) -> None:
    generator = np.random.default_rng(1)
    truth = -math.log(1 - percent / 100)
    found = [quantile(generator.exponential(size=400).tolist(), percent / 100, 0.9) for _ in range(MANY)]
    above = np.mean([one.high is not None and one.high >= truth for one in found])
    below = np.mean([one.low is not None and one.low <= truth for one in found])
    assert 0.89 < above < 0.96
    assert 0.89 < below < 0.96


def test_of_too_few_requests_nobody_knows_the_upper_bound() -> None:
    assert quantile(list(range(298)), 0.99, 0.95).high is None
    assert quantile(list(range(299)), 0.99, 0.95).high == 298
    assert quantile([], 0.5, 0.95) == Figure(None, None, None, 0)


def test_what_was_not_answered_took_for_ever() -> None:
    times = [1.0] * 985 + [math.inf] * 15
    assert quantile(times, 0.99, 0.95).value is None
    assert quantile(times, 0.5, 0.95).high == 1.0


def test_a_share_has_exact_bounds() -> None:
    assert share(100, 100, 0.95).low == pytest.approx(0.05 ** (1 / 100))
    assert share(100, 100, 0.95).high == 1.0
    assert share(0, 10, 0.95).low == 0.0
    found = share(95, 100, 0.95)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value == 0.95 < found.high  # type: ignore[operator]
    assert share(0, 0, 0.95) == Figure(None, None, None, 0)


def test_a_rate_is_what_is_counted_in_each_block_of_time() -> None:
    steady = rate([place / 100 for place in range(1000)], 10.0, 0.95)
    assert steady.value == pytest.approx(100)
    assert steady.low == pytest.approx(100, abs=1)
    assert steady.count == 1000
    jerky = rate([0.1] * 1000, 10.0, 0.95)
    assert jerky.value == pytest.approx(100)
    assert jerky.low == 0.0
    assert rate([], 10.0, 0.95).value == 0.0
    assert BLOCKS > 2


def test_one_that_is_no_sample_has_no_doubt() -> None:
    assert exact(3.0).as_dict() == {"value": 3.0, "low": 3.0, "high": 3.0, "count": 1}
