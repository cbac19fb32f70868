"""Limits, by a clock that the tests set."""

import random

import pytest

from reconciler.model.kinds.access import Limits
from reconciler.providers.serving.local.authorizer.rates import Rates


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limits(rate: str, burst: int | None = None) -> Limits:
    return Limits(rate=rate, burst=burst)


def let_in(rates: Rates, told: Limits, count: int, client: bytes = b"a", endpoint: str = "shop") -> int:
    return sum(rates.wait(endpoint, client, told) == 0 for _ in range(count))


def test_so_many_come_at_once_and_then_as_time_goes(clock: Clock) -> None:
    rates, told = Rates(clock), limits("10/s", 5)
    assert let_in(rates, told, 20) == 5
    assert rates.wait("shop", b"a", told) == pytest.approx(0.1)
    clock.now += 0.1
    assert let_in(rates, told, 20) == 1
    clock.now += 0.35
    assert let_in(rates, told, 20) == 3
    clock.now += 1000
    assert let_in(rates, told, 20) == 5


def test_what_is_told_to_wait_is_enough(clock: Clock) -> None:
    rates, told = Rates(clock), limits("7/min", 3)
    assert let_in(rates, told, 3) == 3
    for _ in range(50):
        clock.now += rates.wait("shop", b"a", told)
        assert rates.wait("shop", b"a", told) == 0


def test_in_the_long_run_the_rate_holds_however_requests_come(clock: Clock) -> None:
    rates, told, chance, passed = Rates(clock), limits("50/s", 100), random.Random(4), 0
    begun = clock.now
    while clock.now < begun + 60:
        passed += let_in(rates, told, chance.randrange(20))
        clock.now += chance.random() * 0.1
    assert 50 * 60 * 0.95 <= passed <= 50 * 60 + 100 + 1


def test_clients_and_endpoints_have_buckets_of_their_own(clock: Clock) -> None:
    rates, told = Rates(clock), limits("1/h")
    assert let_in(rates, told, 3) == let_in(rates, told, 3, b"b") == let_in(rates, told, 3, endpoint="other") == 1


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    rates, told = Rates(clock), limits("1/s")
    assert let_in(rates, told, 1000) == 1
    clock.now += 1
    assert let_in(rates, told, 1) == 1


def test_other_limits_hold_at_once(clock: Clock) -> None:
    rates = Rates(clock)
    assert let_in(rates, limits("10/h", 10), 10) == 10
    assert rates.wait("shop", b"a", limits("1/s")) == pytest.approx(1), "nobody waits for an hour that is no limit now"
    clock.now += 1
    assert let_in(rates, limits("1/s"), 5) == 1


def test_so_many_clients_are_kept_and_those_whose_bucket_is_full_are_not(clock: Clock) -> None:
    rates, told = Rates(clock, most=100), limits("1/min")
    for number in range(10_000):
        assert rates.wait("shop", b"%d" % number, told) == 0
    assert len(rates._full["shop"]) == 100
    assert rates.wait("shop", b"9999", told) > 0
    clock.now += 61
    rates.wait("shop", b"new", told)
    assert list(rates._full["shop"]) == [b"new"]
