"""Moments as text: one reading of them."""

from datetime import UTC, datetime

import pytest

from runners.tables.moments import moment


@pytest.mark.parametrize(
    ("text", "format_", "read"),
    [
        ("2026-05-01", None, datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01T01:00:00+02:00", None, datetime(2026, 4, 30, 23, tzinfo=UTC)),
        ("2026-05-01 01:00Z", None, datetime(2026, 5, 1, 1, tzinfo=UTC)),
        ("1.5.2026", "%d.%m.%Y", datetime(2026, 5, 1, tzinfo=UTC)),
        ("2026-05-01", "%d.%m.%Y", datetime(2026, 5, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None, None),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_a_moment_is_read_as_utc_or_is_none(text: str, format_: str | None, read: datetime | None) -> None:
    assert moment(text, format_) == read
