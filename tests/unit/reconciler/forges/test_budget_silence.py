"""A forge that refuses for too many requests, and doesn't say for how long, is left alone for longer each time."""

import pytest

from reconciler.forges.budget import LONGEST_WAIT, SILENCE, Budget
from reconciler.model.errors import Unavailable

WALL = 1_700_000_000.0


class Clock:
    """Only we move it."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.budget = Budget(now=lambda: self.passed, wall=lambda: WALL + self.passed)

    def silence(self) -> float:
        """Return the seconds until there may be a request again."""
        for seconds in (0.0, 1.0, 30.0, SILENCE, 2 * SILENCE, 4 * SILENCE, LONGEST_WAIT):
            self.passed += seconds
            try:
                self.budget.spend(is_write=False)
            except Unavailable:
                self.passed -= seconds
            else:
                return seconds
        return float("inf")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_each_refusal_in_a_row_doubles_the_silence(clock: Clock) -> None:
    told = []
    for _ in range(3):
        clock.budget.heard(403, {"x-ratelimit-remaining": "4000"}, is_spent=True)
        told.append(clock.silence())
    assert told == [SILENCE, 2 * SILENCE, 4 * SILENCE]


def test_it_never_lasts_longer_than_an_hour(clock: Clock) -> None:
    for _ in range(40):
        clock.budget.heard(429, {})
    assert clock.silence() == LONGEST_WAIT


def test_an_answer_that_is_none_of_that_ends_the_row(clock: Clock) -> None:
    clock.budget.heard(403, {}, is_spent=True)
    clock.budget.heard(403, {}, is_spent=True)
    clock.passed = 1000.0
    clock.budget.heard(404, {})
    clock.budget.heard(200, {})
    clock.budget.heard(403, {}, is_spent=True)
    assert clock.silence() == SILENCE


def test_a_pause_that_is_asked_for_is_kept(clock: Clock) -> None:
    clock.budget.heard(
        403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(WALL) + 999)}, is_spent=True, pause=30
    )
    assert clock.silence() == 30


def test_the_announced_limit_s_renewal_isn_t_that_of_another(clock: Clock) -> None:
    headers = {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": str(int(WALL) + 1)}
    clock.budget.heard(403, headers, is_spent=True)
    assert clock.silence() == SILENCE


def test_a_refusal_for_another_reason_is_no_silence(clock: Clock) -> None:
    clock.budget.heard(403, {"x-ratelimit-remaining": "4000"})
    assert clock.silence() == 0
