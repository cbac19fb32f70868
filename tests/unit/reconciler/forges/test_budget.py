"""The budget of requests: what a forge says of its limit is obeyed, within reason."""

import pytest

from reconciler.forges.budget import LONGEST_WAIT, Budget
from reconciler.model.errors import Unavailable
from reconciler.model.reviews import Allowance


class Time:
    """A clock that only sleeping moves; the time of day runs with it."""

    def __init__(self) -> None:
        self.passed = 0.0

    def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def now(self) -> float:
        return self.passed

    def wall(self) -> float:
        return 1_700_000_000 + self.passed


@pytest.fixture
def time() -> Time:
    return Time()


def budget(time: Time, spacing: float = 0.0) -> Budget:
    return Budget(spacing=spacing, now=time.now, wall=time.wall, sleep=time.sleep)


def spent(limit: int, reset: int) -> dict[str, str]:
    return {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}


def test_requests_are_counted_by_what_was_answered(time: Time) -> None:
    kept = budget(time)
    for status in (200, 201, 404, 503):
        kept.spend(is_write=False)
        kept.heard(status, {})
    assert kept.requests == {"2xx": 2, "4xx": 1, "5xx": 1}
    assert kept.remaining is None


def test_what_is_known_of_the_limit_is_told(time: Time) -> None:
    kept = budget(time)
    assert kept.allowance() == Allowance({})
    kept.heard(200, {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-reset": "1700000100"})
    kept.heard(502, {})
    assert kept.allowance() == Allowance({"2xx": 1, "5xx": 1}, 4999, 5000, 1_700_000_100)
    kept.heard(200, {"ratelimit-remaining": "7"})
    assert kept.allowance() == Allowance({"2xx": 2, "5xx": 1}, 7)


def test_nobody_asks_before_a_spent_limit_is_renewed(time: Time) -> None:
    kept = budget(time)
    kept.heard(200, spent(5000, int(time.wall()) + 100))
    with pytest.raises(Unavailable, match="no more requests"):
        kept.spend(is_write=False)
    time.sleep(101)
    kept.spend(is_write=False)


def test_some_are_left_to_others(time: Time) -> None:
    kept = budget(time)
    few = {"ratelimit-limit": "2000", "ratelimit-remaining": "40", "ratelimit-reset": str(int(time.wall()) + 9)}
    kept.heard(200, few)
    assert kept.remaining == 40
    with pytest.raises(Unavailable):
        kept.spend(is_write=False)


def test_a_limit_without_end_is_believed_for_an_hour(time: Time) -> None:
    kept = budget(time)
    kept.heard(429, {"x-ratelimit-reset": "99999999999"})
    time.sleep(LONGEST_WAIT + 1)
    kept.spend(is_write=False)


def test_too_many_requests_without_a_header_are_a_minute_of_silence(time: Time) -> None:
    kept = budget(time)
    kept.heard(429, {})
    with pytest.raises(Unavailable):
        kept.spend(is_write=False)
    time.sleep(61)
    kept.spend(is_write=False)


@pytest.mark.parametrize("odd", ["", "-1", "many", "9" * 40, "١٢"])
def test_an_odd_header_says_nothing(time: Time, odd: str) -> None:
    kept = budget(time)
    kept.heard(200, {"x-ratelimit-remaining": odd, "x-ratelimit-reset": odd})
    kept.spend(is_write=False)


def test_writes_wait_for_each_other_and_reads_for_nobody(time: Time) -> None:
    kept = budget(time, spacing=1.0)
    for _ in range(3):
        kept.spend(is_write=True)
    assert time.passed == 2
    kept.spend(is_write=False)
    assert time.passed == 2
