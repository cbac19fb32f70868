"""Replicas follow the load: up at once, down after a calm while, never out of bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.kinds.deployments import Replicas
from reconciler.providers.serving.local.scale import CALM, SPAN, Moment, follow, needed, rate_at

BOUNDS = Replicas(minimum=1, maximum=4, target_rps=100)


def steady(rate: float, seconds: float, begin: float = 0.0) -> list[Moment]:
    """Count at a steady rate, one look a second."""
    return [Moment(begin + second, rate * second) for second in range(int(seconds) + 1)]


@pytest.mark.parametrize(("rate", "replicas"), [(0, 1), (100, 1), (101, 2), (399, 4), (10_000, 4)], ids=str)
def test_a_load_needs_so_many(rate: float, replicas: int) -> None:
    assert needed(rate, 0, BOUNDS) == replicas


def test_the_rate_is_of_the_last_seconds() -> None:
    moments = [*steady(10, 60), *(Moment(60.0 + second, 600 + 250 * second) for second in range(1, 11))]
    assert rate_at(moments, len(moments) - 1) == pytest.approx(250)
    assert rate_at(moments, 30) == pytest.approx(10)


def test_a_single_look_is_no_burst() -> None:
    assert rate_at([Moment(5.0, 1_000_000)], 0) == 0
    assert rate_at([Moment(5.0, 0), Moment(5.1, 100)], 1) == 100 / SPAN


def test_more_are_wanted_at_once() -> None:
    assert follow(1, steady(250, 10), BOUNDS) == 3


def test_fewer_are_wanted_after_a_calm_while_only() -> None:
    busy = steady(390, 10)
    calm = [Moment(10.0 + second, busy[-1].requests) for second in range(1, int(CALM + 2 * SPAN))]
    assert follow(4, [*busy, *calm[:30]], BOUNDS) == 4
    assert follow(4, [*busy, *calm], BOUNDS) == 1


def test_as_many_stay_as_the_busiest_moment_of_the_calm_while_needed() -> None:
    assert follow(4, steady(190, CALM + 2 * SPAN), BOUNDS) == 2


def test_new_bounds_count_at_once() -> None:
    assert follow(1, (), Replicas(minimum=3, maximum=5)) == 3
    assert follow(9, (), Replicas(minimum=1, maximum=5)) == 5


def test_the_last_one_goes_when_nobody_asks_and_comes_back_for_the_first_request() -> None:
    bounds = Replicas(minimum=0, maximum=2)
    silent = [Moment(float(second), 7) for second in range(int(CALM + 2 * SPAN))]
    assert follow(1, silent, bounds) == 0
    assert follow(0, [*silent, Moment(200.0, 7, under_way=1)], bounds) == 1


@given(
    st.integers(0, 20),
    st.lists(st.tuples(st.floats(0.2, 5), st.floats(0, 3000), st.integers(0, 3)), max_size=90),
    st.integers(0, 3),
    st.integers(1, 6),
)
def test_it_never_leaves_the_bounds(
    current: int, looks: list[tuple[float, float, int]], minimum: int, more: int
) -> None:
    bounds = Replicas(minimum=minimum, maximum=max(minimum + more, 1), target_rps=100)
    moments: list[Moment] = []
    at = total = 0.0
    for pause, requests, under_way in looks:
        at, total = at + pause, total + requests
        moments.append(Moment(at, total, under_way))
    wanted = follow(current, moments, bounds)
    assert bounds.minimum <= wanted <= bounds.maximum
    if moments and any(moment.under_way for moment in moments[-1:]):
        assert wanted >= 1
