"""Moments as texts tell them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.model.moment import moment_of


def test_a_moment_is_read_in_its_zone_and_in_utc_where_it_names_none() -> None:
    assert moment_of("2026-01-07T12:00:00+02:00") == datetime(2026, 1, 7, 10, tzinfo=UTC)
    assert moment_of("2026-01-07T12:00:00") == datetime(2026, 1, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize("told", [None, 7, "", "soon", ["2026-01-07"]])
def test_what_says_no_moment_is_none(told: Any) -> None:
    assert moment_of(told) is None
