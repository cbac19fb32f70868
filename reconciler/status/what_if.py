"""What would be if a pool had more, a team another share, or a job came first: by the queue that its status tells.

The queue goes on by admission itself (`model.fairness.replay`). How long a job takes is taken from those of the same
resource that have ended: the median, and the interval from the first to the ninth tenth. One that already runs is held
against those alone that took longer than it has. Where nobody knows, nothing is said.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.model.fairness.amounts import NAMES, Amounts
from reconciler.model.fairness.queues import Ticket
from reconciler.model.fairness.replay import Assumed, Replayed, replay
from reconciler.model.ids import Address, RunName, owner_of
from reconciler.model.kinds.pools import Pool, Share

LEVELS = (0.1, 0.5, 0.9)
"""Which of the former lengths a job is assumed to take: a short, the middle, a long one."""
NOTHING = Amounts()
LONGEST = 10 * 366 * 86_400.0
"""Seconds of a timeout where none is told."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is changed: what the pool has more, a team's weight, which job comes first."""

    more: Amounts = NOTHING
    team: str = ""
    weight: float | None = None
    first: RunName | None = None

    @property
    def is_any(self) -> bool:
        """Tell whether anything is changed."""
        return any(self.more) or self.weight is not None or self.first is not None

    def of(self, spec: Pool) -> Pool:
        """Return a pool as it would be."""
        capacity = {name: max(getattr(spec.capacity, name) + getattr(self.more, name), 0) for name in NAMES}
        changed: dict[str, Any] = {"capacity": spec.capacity.model_copy(update=capacity)}
        if self.weight is not None:
            share = spec.teams.get(self.team, Share()).model_copy(update={"weight": self.weight})
            changed["teams"] = {**spec.teams, self.team: share}
        return spec.model_copy(update=changed)


@dataclass(frozen=True, slots=True)
class Told:
    """A job of a pool, as the status tells it; times are seconds since 1970."""

    ticket: Ticket
    is_ended: bool
    is_good: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from now until a job starts: the earliest, by the medians, the latest; None where nobody knows."""

    low: float | None
    median: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits: when it starts as things are, and would be, or why it never can; how many former runs tell."""

    ticket: Ticket
    as_is: Start | str
    as_wished: Start | str
    known: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the queue goes on: what waits, and by the medians until when what is used, as it is and would be."""

    waiting: Sequence[Waiting]
    as_is: Replayed
    as_wished: Replayed
    unknown: Sequence[RunName]
    """Jobs that run and have taken longer than any before them, or are the first: nobody knows when they end."""


@dataclass(frozen=True, slots=True)
class Past:
    """Jobs that have ended: how long each team's waited, as it was, as it is replayed, as it would be.

    Of each wait the median and the longest are told. `used` is what they used of the pool meanwhile, replayed as it is,
    and as it would be.
    """

    since: float
    until: float
    jobs: int
    waits: Mapping[str, Sequence[tuple[float, float]]]
    used: tuple[Amounts, Amounts]


def jobs_of(pool: Address, facts: Mapping[str, Any]) -> Sequence[Told]:
    """Return the jobs that a pool's status tells; what somebody has edited is passed over."""
    told = facts.get("jobs")
    found = (_job(pool, one) for one in told if isinstance(one, Mapping)) if isinstance(told, list) else ()
    return [one for one in found if one is not None]


def _job(pool: Address, one: Mapping[str, Any]) -> Told | None:
    try:
        needs, moments = one.get("needs") or {}, [_moment(one.get(k)) for k in ("submitted", "started", "ended")]
        demand, timeout = Amounts(*(float(needs.get(name, 0.0)) for name in NAMES)), float(one.get("timeout", LONGEST))
        submitted, started, ended = moments
        if submitted is None or not all(0 <= part < float("inf") for part in (*demand, timeout)):
            return None
        run, team = RunName(str(one["run"])), str(one["team"])
        ticket = Ticket(run, pool, team, demand, timeout, submitted, started, ended)
        return Told(ticket, started is not None and ended is not None, one.get("state") == "succeeded")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _moment(told: Any) -> float | None:
    moment = datetime.fromisoformat(str(told)) if told is not None else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.timestamp() if moment else None


def lengths_of(jobs: Sequence[Told]) -> Mapping[Address, Sequence[float]]:
    """Return how many seconds the jobs of each resource took that succeeded, sorted."""
    found: defaultdict[Address, list[float]] = defaultdict(list)
    for one in jobs:
        ticket = one.ticket
        if one.is_good and ticket.admitted is not None and ticket.ended is not None:
            found[owner_of(ticket.run)].append(max(ticket.ended - ticket.admitted, 0.0))
    return {owner: sorted(each) for owner, each in found.items()}


def length_at(lengths: Sequence[float], elapsed: float, level: float) -> float | None:
    """Return how long a job takes that has run for so long: the quantile of those that took longer; None of none."""
    left = [one for one in lengths if one > elapsed]
    return left[min(int(level * len(left)), len(left) - 1)] if left else None


def outlook(pool: Address, spec: Pool, jobs: Sequence[Told], wish: Wish, now: float) -> Outlook:
    """Return how a pool's queue goes on, as it is and as it would be.

    Args:
        pool: its address.
        spec: its capacity and shares.
        jobs: its jobs.
        wish: what is changed.
        now: the time, in seconds since 1970.
    """
    active = [one.ticket for one in jobs if one.ticket.ended is None]
    ended = [Assumed(one.ticket) for one in jobs if one.is_ended]
    lengths, changed = lengths_of(jobs), wish.of(spec)

    def gone(told: Pool, level: float, first: RunName | None) -> Replayed:
        assumed = [Assumed(ticket, _length(ticket, lengths, now, level)) for ticket in active]
        return replay(pool, told, [*ended, *assumed], now, first)

    before = [gone(spec, level, None) for level in LEVELS]
    after = [gone(changed, level, wish.first) for level in LEVELS] if wish.is_any else before
    waiting = [
        Waiting(
            ticket,
            _start(before, ticket.run, now),
            _start(after, ticket.run, now),
            len(lengths.get(owner_of(ticket.run), ())),
        )
        for ticket in active
        if ticket.admitted is None
    ]
    running = [ticket for ticket in active if ticket.admitted is not None]
    unknown = [ticket.run for ticket in running if _length(ticket, lengths, now, 0.5) is None]
    return Outlook(waiting, before[1], after[1], unknown)


def _length(ticket: Ticket, lengths: Mapping[Address, Sequence[float]], now: float, level: float) -> float | None:
    elapsed = now - ticket.admitted if ticket.admitted is not None else -1.0
    found = length_at(lengths.get(owner_of(ticket.run), ()), elapsed, level)
    return None if found is None else min(found, ticket.timeout) if ticket.timeout > elapsed else found


def _start(replays: Sequence[Replayed], run: RunName, now: float) -> Start | str:
    if never := replays[1].refused.get(run):
        return never
    found = [one.starts.get(run) for one in replays]
    known = [at - now for at in found if at is not None]
    is_whole = len(known) == len(found)
    median = found[1]
    return Start(
        min(known) if is_whole else None,
        None if median is None else median - now,
        max(known) if is_whole else None,
    )


def past(pool: Address, spec: Pool, jobs: Sequence[Told], wish: Wish) -> Past | None:
    """Replay the jobs that have ended, as long as each took, from when the first of them came; None without any.

    What else ran in those days isn't told any more, so the replay is told beside what was.
    """
    over = [one.ticket for one in jobs if one.is_ended]
    if len(over) < 2:
        return None
    since = min(ticket.submitted for ticket in over)
    fresh = [Assumed(replace(t, admitted=None, ended=None), (t.ended or 0.0) - (t.admitted or 0.0)) for t in over]
    first = wish.first if any(ticket.run == wish.first for ticket in over) else None
    before = replay(pool, spec, fresh, since)
    after = replay(pool, wish.of(spec), fresh, since, first)
    teams = sorted({ticket.team for ticket in over})
    told = {team: _waits([t for t in over if t.team == team], before, after) for team in teams}
    until = max(ticket.ended or 0.0 for ticket in over)
    return Past(since, until, len(over), told, (before.used, after.used))


def _waits(tickets: Sequence[Ticket], before: Replayed, after: Replayed) -> Sequence[tuple[float, float]]:
    """Return how long jobs waited: really, replayed, and as it would be; infinitely where one never ran."""
    really = [(ticket.admitted or 0.0) - ticket.submitted for ticket in tickets]
    as_is, as_wished = (
        [told.starts.get(ticket.run, float("inf")) - ticket.submitted for ticket in tickets] for told in (before, after)
    )
    return [(sorted(told)[len(told) // 2], max(told)) for told in (really, as_is, as_wished)]
