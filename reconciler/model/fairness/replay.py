"""Replays: how a queue goes on, or would have gone, by admission itself. A pure function of jobs, a pool and the time.

Each time that a job comes, ends or has lost its patience, admission looks at the pool as it then is; what it lets in
runs as long as is assumed of it. A job of which nobody knows how long it takes never ends here, and what waits for its
room has no start.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.fairness.admission import PATIENCE, admit
from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.queues import Ticket, situations
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool, Share

MOST_LOOKS = 5000
"""Looks at the pool: a replay that takes more is left where it is."""
_FRONT = ""
"""The team of what is put first, before all others in order; no team of a spec is called so."""
_FIRST = Share(weight=1000)


@dataclass(frozen=True, slots=True)
class Assumed:
    """A job, and how many seconds it takes from its start, as far as that is known."""

    ticket: Ticket
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How it went: when each job started, and ended where that is known; why some can never run.

    `used` is the mean use from `since`, its beginning, until `until`, when the last job of a known length had ended.
    """

    starts: Mapping[RunName, float]
    ends: Mapping[RunName, float]
    refused: Mapping[RunName, str]
    since: float
    until: float
    used: Amounts


def replay(pool: Address, spec: Pool, jobs: Sequence[Assumed], now: float, first: RunName | None = None) -> Replayed:
    """Replay jobs through a pool.

    Args:
        pool: its address.
        spec: its capacity and shares.
        jobs: all jobs; those whose ticket is admitted run already, those submitted later than `now` come then.
        now: when it begins, in seconds since 1970.
        first: a job that is put before all others.
    """
    refused = {
        one.ticket.run: why
        for one in jobs
        if one.ticket.admitted is None and (why := refusal(pool, spec, one.ticket.team, one.ticket.demand))
    }
    course = _Course(pool, spec, [one for one in jobs if one.ticket.run not in refused], now, first)
    for moment in course.moments():
        course.look(moment)
    return course.result(refused)


class _Course:
    """A replay under way."""

    def __init__(self, pool: Address, spec: Pool, jobs: Sequence[Assumed], now: float, first: RunName | None) -> None:
        self._pool, self._now, self._first = pool, now, first
        self._spec = spec
        self._tickets = {one.ticket.run: one.ticket for one in jobs}
        self._seconds = {one.ticket.run: one.seconds for one in jobs}
        self._starts: dict[RunName, float] = {}

    def moments(self) -> Iterator[float]:
        """Yield the moments at which something may start, as long as something waits."""
        now = self._now
        for _ in range(MOST_LOOKS):
            yield now
            coming = [moment for ticket in self._tickets.values() for moment in self._events(ticket) if moment > now]
            if not coming or all(ticket.admitted is not None for ticket in self._tickets.values()):
                return
            now = min(coming)

    def look(self, now: float) -> None:
        """Let in what admission lets in at a moment."""
        there = [self._as_seen(ticket, now) for ticket in self._tickets.values() if ticket.submitted <= now]
        (situation,) = situations({self._pool: self._seen_spec()}, there, (), now)
        for run in admit(situation).start:
            self._tickets[run] = replace(self._tickets[run], admitted=now)
            self._starts[run] = now

    def result(self, refused: Mapping[RunName, str]) -> Replayed:
        """Return how it went."""
        ends = {run: end for run, ticket in self._tickets.items() if (end := self._end(ticket)) is not None}
        until = max([self._now, *ends.values()])
        used = Amounts()
        for run, ticket in self._tickets.items():
            if ticket.admitted is not None:
                held = min(ends.get(run, until), until) - max(ticket.admitted, self._now)
                used = used.plus(Amounts(*(part * max(held, 0.0) for part in ticket.demand)))
        span = until - self._now
        mean = Amounts(*(part / span for part in used)) if span else used
        return Replayed(self._starts, ends, refused, self._now, until, mean)

    def _as_seen(self, ticket: Ticket, now: float) -> Ticket:
        end = self._end(ticket)
        if end is not None and end <= now:
            return replace(ticket, ended=end)
        is_first = ticket.run == self._first and ticket.admitted is None
        return replace(ticket, team=_FRONT, submitted=0.0) if is_first else ticket

    def _seen_spec(self) -> Pool:
        ticket = self._tickets.get(self._first) if self._first else None
        if ticket is None:
            return self._spec
        limit = self._spec.teams.get(ticket.team, Share()).limit
        front = _FIRST.model_copy(update={"limit": limit})
        return self._spec.model_copy(update={"teams": {**self._spec.teams, _FRONT: front}})

    def _end(self, ticket: Ticket) -> float | None:
        """Return when a job ends that has started, where that is known."""
        if ticket.ended is not None:
            return ticket.ended
        seconds = self._seconds[ticket.run]
        return None if seconds is None or ticket.admitted is None else ticket.admitted + seconds

    def _events(self, ticket: Ticket) -> Iterator[float]:
        if ticket.admitted is None:
            yield ticket.submitted
            yield ticket.submitted + PATIENCE
        elif (end := self._end(ticket)) is not None:
            yield end
