"""A pool's meter: how much of the pool each team used over time, as a value that is read on when the use changes.

Use is summed by slots of equal length. They begin with a minute and grow with the span that they cover, so that the
meter of a pool stays small however long it runs: hours after ten hours, the last ten days after a month. Between two
readings the use is what it was at the first of them, so that a pool that nobody touches writes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

MOST = 240
"""Slots that are kept."""
LADDER = (60, 300, 900, 3600)
"""Seconds that a slot may have."""

Slots = dict[datetime, dict[str, float]]
"""The mean use of each team, by the beginning of the slot; slots without any are left out."""


def read_on(
    former: Any, used: Mapping[str, float], unit: str, capacity: float, now: datetime
) -> Mapping[str, Any] | None:
    """Return a pool's meter as of now: the former one where nothing changed, None where nothing was ever used.

    Args:
        former: the meter as it was read last; what is none is begun anew.
        used: what each team uses now.
        unit: what is counted, `gpus` or `cpus`; other units aren't comparable, and begin the meter anew.
        capacity: how many the pool has.
        now: the time of this reading.
    """
    known = _sound(former, unit)
    if known is None:
        return _written((unit, capacity), LADDER[0], used, now, {}) if used else None
    if known["now"] == used and known["of"] == capacity:
        return known
    slots, since = _slots(known), datetime.fromisoformat(known["since"]) if known["now"] else now
    size = _size(known["slot"] if slots else LADDER[0], min((*slots, since)), now)
    oldest = now - timedelta(seconds=MOST * size)
    slots, since = _widened(slots, known["slot"], size, oldest), max(since, oldest)
    for slot, hours in _overlaps(since, now, size):
        for team, amount in known["now"].items():
            told = slots.setdefault(slot, {})
            told[team] = told.get(team, 0.0) + amount * hours
    return _written((unit, capacity), size, used, now, slots)


def begins(meter: Mapping[str, Any]) -> Slots:
    """Return a meter's slots by the moments at which they begin, in their order."""
    return dict(sorted(_slots(meter).items()))


def _slots(meter: Mapping[str, Any]) -> Slots:
    return {datetime.fromisoformat(begin): dict(teams) for begin, teams in meter["slots"].items()}


def _sound(former: Any, unit: str) -> Mapping[str, Any] | None:
    """Return a former meter, if it is one: somebody may have edited the file that holds it."""
    try:
        moments = [datetime.fromisoformat(former["since"]), *_slots(former)]
        amounts = [amount for teams in (former["now"], *former["slots"].values()) for amount in teams.values()]
        is_sound = (
            former["unit"] == unit
            and former["slot"] in LADDER
            and all(moment.tzinfo for moment in moments)
            and all(isinstance(amount, int | float) for amount in (former["of"], *amounts))
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return former if is_sound else None


def _size(least: int, first: datetime, now: datetime) -> int:
    """Return the smallest size of slots in which few enough reach from one moment to another; else the largest."""
    span = (now - first).total_seconds()
    return next((size for size in LADDER if size >= least and span <= MOST * size), LADDER[-1])


def _widened(slots: Slots, former: int, size: int, oldest: datetime) -> Slots:
    """Return slots as means over longer ones, without those that are too old."""
    sums: defaultdict[datetime, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for begin, teams in slots.items():
        for team, amount in teams.items():
            sums[_begin(begin, size)][team] += amount * former / size
    return {begin: dict(teams) for begin, teams in sums.items() if begin >= oldest}


def _overlaps(since: datetime, now: datetime, size: int) -> Iterator[tuple[datetime, float]]:
    """Yield the slots between two moments, each with the part of it that lies between them."""
    begin, length = _begin(since, size), timedelta(seconds=size)
    while begin < now:
        yield begin, max((min(now, begin + length) - max(since, begin)) / length, 0.0)
        begin += length


def _begin(moment: datetime, size: int) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // size * size, UTC)


def _written(
    of: tuple[str, float], size: int, used: Mapping[str, float], now: datetime, slots: Slots
) -> Mapping[str, Any]:
    told: dict[str, dict[str, float]] = {}
    for begin, teams in sorted(slots.items()):
        if rounded := {team: mean for team, amount in sorted(teams.items()) if (mean := round(amount, 4))}:
            told[begin.isoformat(timespec="minutes")] = rounded
    return {
        "unit": of[0],
        "of": of[1],
        "slot": size,
        "since": now.isoformat(),
        "now": dict(sorted(used.items())),
        "slots": told,
    }
