"""Moments written as text, read by one function wherever they come from. Nothing here needs a library."""

from contextlib import suppress
from datetime import UTC, datetime


def moment(text: str, format_: str | None = None) -> datetime | None:
    """Read a moment by a format of `strptime`, or else by ISO 8601, as UTC; None where it is neither.

    One without a zone counts as UTC, one beyond the years of four digits is none.
    """
    if format_ is not None:
        with suppress(ValueError, OverflowError):
            return _in_utc(datetime.strptime(text, format_))  # noqa: DTZ007, the next function gives it a zone
    with suppress(ValueError, OverflowError):
        return _in_utc(datetime.fromisoformat(text))
    return None


def _in_utc(read: datetime) -> datetime:
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
