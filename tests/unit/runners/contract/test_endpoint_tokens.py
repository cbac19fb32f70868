"""Tokens of endpoints: each lets into one endpoint, for the rest of its day and the day after."""

import re

import pytest

from runners.contract.endpoint_tokens import DAY, PREFIX, current, key_of, valid
from runners.contract.endpoint_tokens import KEY as FORM

ROOT_OF_TESTS = "ab" * 32
KEY = key_of(ROOT_OF_TESTS, "shop")


def test_a_key_is_of_one_root_and_one_endpoint() -> None:
    others = [key_of(ROOT_OF_TESTS, "shop2"), key_of("ac" * 32, "shop"), ROOT_OF_TESTS]
    assert key_of(ROOT_OF_TESTS, "shop") == KEY
    assert KEY not in others
    assert FORM.fullmatch(KEY)


def test_a_token_can_stand_in_a_header_and_says_what_it_is() -> None:
    token = current(KEY, 0)
    assert re.fullmatch(r"setpoint_[A-Za-z0-9_-]{43}", token)
    assert token.startswith(PREFIX)
    assert KEY not in token


@pytest.mark.parametrize("second", [0, 1, DAY / 2, DAY - 0.001])
def test_a_token_lets_in_for_a_day_at_the_least_and_two_at_the_most(second: float) -> None:
    handed_out = 20_000 * DAY + second
    token = current(KEY, handed_out)
    assert token in valid(KEY, handed_out)
    assert token in valid(KEY, handed_out + DAY)
    assert token not in valid(KEY, handed_out + 2 * DAY)


def test_the_next_day_s_token_is_known_before() -> None:
    assert current(KEY, 5 * DAY) in valid(KEY, 5 * DAY - 1)
    assert len(set(valid(KEY, 5 * DAY))) == 3


def test_no_token_of_another_endpoint_lets_in() -> None:
    assert not set(valid(KEY, 0)) & set(valid(key_of(ROOT_OF_TESTS, "other"), 0))
