"""The ledger: the causes that stand, to whom each was told, and what is still to be sent.

1. A cause stands from the pass that first saw it to the one that looked and didn't see it any more.
2. Each route is told of it once it has stood for as long as the route waits, again where the route asks for that, and
   when it has ended; a route that wasn't told of its beginning hears nothing of its end.
3. What one pass has to tell a route is one message, which is written down before it is sent, and is the same
   whenever that is.
4. Of more than `MOST` messages that wait for a route the oldest are lost, and counted.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.model.ids import digest
from reconciler.model.notifications import Event, Notifications, Route, Silence
from reconciler.notices.causes import Cause, Key, Seen

MOST = 100
"""Messages that wait for a route."""
MOST_STANDING = 5000
"""Causes that are remembered; of more nobody is told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A cause that stands: what it says now, since when, and when each route was last told of it."""

    cause: Cause
    since: datetime
    told: Mapping[str, datetime] = field(default_factory=dict)

    def name(self, environment: str) -> str:
        """Return a name that no other cause of any time or environment has."""
        return str(digest([environment, *self.cause.key, self.since.isoformat()]))


@dataclass(frozen=True, slots=True)
class Notice:
    """What a route is told of one cause: `name` is the cause's, the same from its beginning to its end."""

    name: str
    event: Event
    cause: Cause
    since: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """What one pass has to tell a route."""

    route: str
    moment: datetime
    notices: tuple[Notice, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from all others."""
        return self.route, self.moment.isoformat()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What stands, what is to be sent, and how many messages were lost because too many waited."""

    standing: Mapping[Key, Standing] = field(default_factory=dict)
    pending: tuple[Message, ...] = ()
    lost: int = 0


def advance(ledger: Ledger, seen: Seen, to: Notifications, environment: str, now: datetime) -> Ledger:
    """Return the ledger as it is after a pass has looked.

    Args:
        ledger: as it was.
        seen: what the pass saw.
        to: who is told.
        environment: its name.
        now: when the pass looked.
    """
    names = frozenset(route.name for route in to.routes)
    after = _standing(ledger.standing, seen, names, now)
    ended = {key: one for key, one in ledger.standing.items() if key not in after}
    pending = [message for message in ledger.pending if message.route in names]
    for route in to.routes:
        notices, after = _told(route, to.silences, after, environment, now)
        notices += [
            Notice(one.name(environment), Event.ENDED, one.cause, one.since)
            for one in ended.values()
            if route.name in one.told
        ]
        pending += [Message(route.name, now, tuple(notices))] if notices else []
    kept = tuple(_newest(pending))
    return Ledger(after, kept, ledger.lost + len(pending) - len(kept))


def without(ledger: Ledger, sent: Iterable[tuple[Hashable, ...]]) -> Ledger:
    """Return a ledger without the messages that were sent."""
    gone = frozenset(sent)
    return replace(ledger, pending=tuple(one for one in ledger.pending if one.key not in gone)) if gone else ledger


def due(ledger: Ledger, to: Notifications, now: datetime) -> datetime | None:
    """Return when time alone has something to tell: None where nothing is."""
    moments = (
        moment
        for one in ledger.standing.values()
        for route in to.routes
        if _is_for(route, one.cause) and (moment := _due(route, one, to.silences, now))
    )
    return min((moment for moment in moments if moment > now), default=None)


def _standing(former: Mapping[Key, Standing], seen: Seen, routes: frozenset[str], now: datetime) -> dict[Key, Standing]:
    """Return what stands now; of routes that are gone it is forgotten what they were told."""
    found = {
        key: Standing(_now(key, one, seen), one.since, {n: at for n, at in one.told.items() if n in routes})
        for key, one in former.items()
        if key in seen.causes or key in seen.unseen
    }
    new = [key for key in sorted(seen.causes) if key not in found]
    return found | {key: Standing(seen.causes[key], now) for key in new[: max(0, MOST_STANDING - len(found))]}


def _now(key: Key, former: Standing, seen: Seen) -> Cause:
    """Return a cause as it is seen now; the release that it was told beside stays the same to its end."""
    return replace(seen.causes.get(key, former.cause), release=former.cause.release)


def _told(
    route: Route, silences: Iterable[Silence], standing: dict[Key, Standing], environment: str, now: datetime
) -> tuple[list[Notice], dict[Key, Standing]]:
    """Return what a route is told now of what stands, and what stands with the moment at which it was told."""
    notices, after = [], dict(standing)
    for key, one in sorted(standing.items()):
        moment = _due(route, one, silences, now) if _is_for(route, one.cause) else None
        if moment is None or moment > now:
            continue
        event = Event.GOES_ON if route.name in one.told else Event.BEGAN
        notices.append(Notice(one.name(environment), event, one.cause, one.since))
        after[key] = replace(one, told={**one.told, route.name: now})
    return notices, after


def _due(route: Route, one: Standing, silences: Iterable[Silence], now: datetime) -> datetime | None:
    """Return when a route is to be told of what stands, if it goes on standing; None for never."""
    told = one.told.get(route.name)
    if told and route.again is None:
        return None
    moment = told + route.again if told and route.again else one.since + route.after
    silent = [silence.until for silence in silences if silence.until > now and silence.covers(*one.cause.key)]
    return max([moment, *silent])


def _is_for(route: Route, cause: Cause) -> bool:
    return route.tells(cause.kind, cause.place, cause.severity, cause.team)


def _newest(pending: Iterable[Message]) -> Iterator[Message]:
    """Yield messages in their order, but the oldest of a route of which too many wait."""
    by_route: dict[str, list[Message]] = {}
    for message in pending:
        by_route.setdefault(message.route, []).append(message)
    for messages in by_route.values():
        yield from messages[-MOST:]
