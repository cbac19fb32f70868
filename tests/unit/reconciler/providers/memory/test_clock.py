"""Virtual time moves when it is told to, and never back."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.providers.memory.clock import START, VirtualClock


def test_time_stands_still() -> None:
    clock = VirtualClock()
    assert clock.now() == clock.now() == START


def test_time_moves_on_by_a_span_or_to_a_moment() -> None:
    clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(1.5)
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 1, 1, 1, 0, 1, 500_000, tzinfo=UTC)
    clock.advance_to(datetime(2026, 1, 2, tzinfo=UTC))
    clock.advance_to(datetime(2025, 1, 2, tzinfo=UTC))
    assert clock.now() == datetime(2026, 1, 2, tzinfo=UTC)


def test_time_doesn_t_go_back() -> None:
    with pytest.raises(ValueError, match="time doesn't go back"):
        VirtualClock().advance(-0.1)
