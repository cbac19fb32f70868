"""Moments as texts tell them, which anybody may have written."""

from datetime import UTC, datetime
from typing import Any


def moment_of(told: Any) -> datetime | None:
    """Return the moment that a text says, in UTC where it names no zone; None if it says none."""
    if not isinstance(told, str):
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
