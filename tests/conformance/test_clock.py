"""What every clock promises."""

from datetime import timedelta

import pytest

from reconciler.ports.clock import Clock
from reconciler.providers.memory import VirtualClock
from reconciler.wiring import SystemClock


@pytest.fixture(params=[VirtualClock, SystemClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    clock: Clock = request.param()
    return clock


def test_the_time_is_in_utc_and_aware_of_it(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta()


def test_time_doesn_t_go_back(clock: Clock) -> None:
    looks = [clock.now() for _ in range(100)]
    assert looks == sorted(looks)
