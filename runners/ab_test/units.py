"""Who was dealt to which revision: the payload log of a test, each unit once, by its first request.

A unit is a key, where the test has one and the request told it, else a request. Whoever asks again isn't another
unit: answers to one user are alike, and counting each would take few users for many.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from runners.ab_test.parameters import ABTestParams, Pair
from runners.monitor.blocks import lines_of
from runners.monitor.events import Event, event_of, is_answered

FEWEST = 50
"""Requests of an arm from which it is odd that none of them has a key."""


class Unit(NamedTuple):
    """A unit by its first request: when that came, to which arm (1 is the challenger), and what is looked at of it.

    That is `status`, `seconds`, the identifiers of its `rows`, and for each its `prediction`. Of one that was counted
    by a former look nothing is kept.
    """

    time: datetime
    id: str
    arm: int
    data: Mapping[str, Any] | None


@dataclass(slots=True)
class Dealt:
    """The units of a test, in the order of time, and what is to be known of them."""

    fresh: list[Unit] = field(default_factory=list)
    """Whose time has come since the look before."""
    before: int = 0
    """Units that came before that, as the log still tells."""
    waiting: int = 0
    """Units that aren't old enough yet."""
    crossed: int = 0
    """Keys that both revisions answered."""
    requests: tuple[int, int] = (0, 0)
    keyless: tuple[int, int] = (0, 0)
    """Requests by arm, and those of them without a key."""


def dealt(folder: Path, params: ABTestParams, identifier: str | None = None) -> Dealt:
    """Read who was dealt to which revision, up to the end of the look.

    Args:
        folder: the payload log.
        params: what is stated, and what the look before kept.
        identifier: the column that names a row, the only one that is kept of it.
    """
    first: dict[str, Unit] = {}
    arms: dict[str, int] = {}
    requests, keyless = Counter[int](), Counter[int]()
    for event in _events(lines_of(folder), params):
        arm = int(event.subject == params.challenger)
        key = event.data.get("unit") if params.keyed else None
        requests[arm] += 1
        keyless[arm] += not isinstance(key, str)
        name = f"k{key}" if isinstance(key, str) else f"r{event.id}"
        is_known = event.time < params.since
        if is_known and not params.keyed:
            continue
        unit = Unit(event.time, event.id, arm, None if is_known else _kept(event.data, identifier))
        first[name] = min(first.get(name, unit), unit, key=lambda one: (one.time, one.id))
        arms[name] = arms.get(name, 0) | 1 << arm
    found = _sorted(first.values(), params)
    found.crossed = sum(both == 3 for both in arms.values())
    found.requests, found.keyless = _pair(requests), _pair(keyless)
    return found


def _kept(data: Mapping[str, Any], identifier: str | None) -> Mapping[str, Any]:
    """Return what is looked at of an event: a log is larger than what has to be held of it."""
    kept = {name: data[name] for name in ("status", "seconds") if name in data}
    if identifier is None or not is_answered(data):
        return kept
    return {**kept, "rows": [row.get(identifier) for row in data["rows"]], "prediction": data["prediction"]}


def _sorted(units: Iterable[Unit], params: ABTestParams) -> Dealt:
    found = Dealt()
    for unit in sorted(units, key=lambda one: (one.time, one.id)):
        if unit.time < params.since:
            found.before += 1
        elif unit.time < params.until:
            found.fresh.append(unit)
        else:
            found.waiting += 1
    return found


def _events(blocks: Iterable[bytes], params: ABTestParams) -> Iterator[Event]:
    """Yield the events of both revisions within the test, in the order of the files."""
    names = (params.live.encode(), params.challenger.encode())
    for block in blocks:
        for line in block.split(b"\n"):
            if not any(name in line for name in names):
                continue
            event = event_of(line)
            if event and event.subject in (params.live, params.challenger) and params.start <= event.time < params.end:
                yield event


def _pair(counts: Counter[int]) -> Pair:
    return counts[0], counts[1]
