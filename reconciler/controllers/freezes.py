"""Freezes: whiles that come again, by cron and time zone, in which the daemon merges nothing."""

from collections.abc import Iterable
from datetime import UTC, datetime

from reconciler.model.kinds.promotions import Freeze
from reconciler.model.schedule import last_fire


def frozen_until(freezes: Iterable[Freeze], now: datetime) -> datetime | None:
    """Return until when nothing is merged, in UTC; None where something may be now.

    It lasts so many hours as time goes by: one that the clocks are changed in is no shorter or longer for it.
    """
    ends = [_end(freeze, now) for freeze in freezes]
    return max((end for end in ends if end is not None and end > now), default=None)


def _end(freeze: Freeze, now: datetime) -> datetime | None:
    began = last_fire(freeze.starts, now, freeze.zone)
    return began.astimezone(UTC) + freeze.lasts if began else None
