"""Whiles that come again: by cron, in a time zone, for so long."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from reconciler.model.kinds.spec import Block, Cron
from reconciler.model.quantity import Duration
from reconciler.model.schedule import last_fire, next_fire


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone such as Europe/Berlin") from None
    return value


class Recurring(Block):
    """A while that comes again.

    It lasts so many hours as time goes by: one that the clocks are changed in is no shorter or longer for it.
    """

    starts: Cron = Field(description="Cron, in the time zone.", examples=["0 16 * * fri"])
    lasts: Duration = Field(description="For how long.", examples=["64h"])
    zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", max_length=60, description="The time zone, by its name in the IANA's database."
    )

    def until(self, now: datetime) -> datetime | None:
        """Return until when it lasts, in UTC; None where it isn't now."""
        began = last_fire(self.starts, now, self.zone)
        end = began.astimezone(UTC) + self.lasts if began else None
        return end if end is not None and end > now else None

    def changes(self, now: datetime) -> datetime | None:
        """Return when it next begins or ends, in UTC; None for never."""
        begins = next_fire(self.starts, now, self.zone)
        moments = (self.until(now), begins.astimezone(UTC) if begins else None)
        return min((moment for moment in moments if moment), default=None)


def last_end(whiles: Iterable[Recurring], now: datetime) -> datetime | None:
    """Return when the last of those that are now ends, in UTC; None where none is."""
    return max((end for one in whiles if (end := one.until(now))), default=None)
