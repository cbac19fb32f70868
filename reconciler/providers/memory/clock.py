"""Time that moves only when it is told to."""

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, tzinfo=UTC)
"""When virtual time begins: a Monday, at midnight."""


class VirtualClock:
    """A clock that stands still until it is moved, and never goes back."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._guard = threading.Lock()

    def now(self) -> datetime:
        """Return the virtual time, in UTC and aware of it."""
        return self._now

    def advance(self, by: timedelta | float) -> None:
        """Move on by a span, in seconds where it is a number.

        Raises:
            ValueError: the span is negative.
        """
        span = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if span < timedelta():
            raise ValueError(f"time doesn't go back, and {span} is negative")
        with self._guard:
            self._now += span

    def advance_to(self, moment: datetime) -> None:
        """Move on to a moment; one that is past changes nothing."""
        with self._guard:
            self._now = max(self._now, moment)
