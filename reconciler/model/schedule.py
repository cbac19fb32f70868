"""Schedules: when a cron expression last fired and will fire next, in UTC or in a time zone."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = rf"[0-7]|{'|'.join(_DAYS)}"
_WEEK = re.compile(rf"(?:\*|({_DAY})(?:-({_DAY}))?)(?:/([1-7]))?", re.IGNORECASE)

_LOOKBACKS = tuple(timedelta(**span) for span in ({"hours": 1}, {"days": 1}, {"days": 32}, {"days": 366 * 5}))


@lru_cache(maxsize=1024)
def trigger(cron: str, zone: str = "UTC") -> Any:
    """Return APScheduler's trigger of a cron expression as crontab(5) means it, in a time zone of the IANA's.

    There, 0 and 7 are Sunday (APScheduler counts from Monday), and where both days are restricted, either will do.

    Raises:
        ValueError: the text is no cron expression of five fields.
        KeyError: there is no such time zone.
    """
    where = UTC if zone == "UTC" else ZoneInfo(zone)
    fields = cron.split()
    if len(fields) != 5:
        raise ValueError(f"expected five fields: minute, hour, day, month, day of the week; got {len(fields)}")
    minute, hour, day, month, week = fields
    week = ",".join(map(_days, week.split(",")))
    if day.startswith("*") or week.startswith("*"):
        return CronTrigger.from_crontab(f"{minute} {hour} {day} {month} {week}", timezone=where)
    either = ((day, "*"), ("*", week))
    return OrTrigger([CronTrigger.from_crontab(f"{minute} {hour} {d} {month} {w}", timezone=where) for d, w in either])


def _days(part: str) -> str:
    """Write a part of the fifth field by the days' names; what isn't understood is left to be refused."""
    match = _WEEK.fullmatch(part)
    if not match or part == "*":
        return part
    step = int(match[3] or 1)
    first = _number(match[1]) if match[1] else 0
    last = _number(match[2]) if match[2] else first if match[1] and not match[3] else 6
    last += 7 if last == 0 and first else 0
    return ",".join(_DAYS[number % 7] for number in range(first, last + 1, step)) or part


def _number(day: str) -> int:
    return int(day) if day.isdigit() else _DAYS.index(day.lower())


def next_fire(cron: str, now: datetime, zone: str = "UTC") -> datetime | None:
    """Return the first moment after `now` at which a cron expression fires, or None if it never does."""
    return _next_fire(cron, now.replace(second=0, microsecond=0), zone)


@lru_cache(maxsize=1024)
def _next_fire(cron: str, minute: datetime, zone: str) -> datetime | None:
    fires: datetime | None = trigger(cron, zone).get_next_fire_time(None, minute + timedelta(microseconds=1))
    return fires


def last_fire(cron: str, now: datetime, zone: str = "UTC") -> datetime | None:
    """Return the last moment up to `now` at which a cron expression fired, looking back five years at the most."""
    return _last_fire(cron, now.replace(second=0, microsecond=0), zone)


@lru_cache(maxsize=1024)
def _last_fire(cron: str, minute: datetime, zone: str) -> datetime | None:
    fires = trigger(cron, zone).get_next_fire_time
    for lookback in _LOOKBACKS:
        found: datetime | None = None
        fired = fires(None, minute - lookback)
        while fired and fired <= minute:
            found, fired = fired, fires(None, fired + timedelta(seconds=1))
        if found:
            return found
    return None
