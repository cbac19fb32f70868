"""Admission: who starts now, and why the others wait. A pure function of what runs, what waits, and the time.

Teams share by *weighted dominant resource fairness*: the next start goes to the team whose largest share of any
resource, divided by its weight, is the smallest (Ghodsi et al., "Dominant Resource Fairness", NSDI 2011). What a team
doesn't use is lent to the others and comes back as jobs end: nothing is preempted. A pool of few slots can't be
divided evenly at any one moment, so the mean share of the last hour counts too (`HISTORY`), as in Slurm's fair-share
factor; thereby shares even out over time.

Within a team jobs are looked at in the order of their submission; one that doesn't fit is passed by smaller ones.
A big job isn't passed for ever: once it has waited `PATIENCE` seconds when its turn comes, it takes the pool's one
*reservation*. From then on nothing starts that would delay it beyond the moment at which, by the timeouts of what runs,
there is room for it: no younger job of its team, and of other teams only what ends before that moment or leaves it
enough (EASY backfilling, Lifka, "The ANL/IBM SP Scheduling System", JSSPP 1995).
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.model.fairness.amounts import Amounts, number, total
from reconciler.model.fairness.shares import limit_of
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool, Share

PATIENCE = 120.0
"""Seconds after which a job that doesn't fit is no longer passed by others."""

HISTORY = 4.0
"""How much more the mean of the last hour weighs than the present moment."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job as admission sees it. `since` is when it was submitted or, once it runs, started: seconds since 1970."""

    run: RunName
    team: str
    demand: Amounts
    since: float
    timeout: float

    @property
    def ends(self) -> float:
        """Return when a running job ends at the latest, in seconds since 1970."""
        return self.since + self.timeout


@dataclass(frozen=True, slots=True)
class Situation:
    """A pool at one moment. `recent` is each team's mean dominant share of the last hour, 0..1."""

    pool: Address
    spec: Pool
    now: float
    running: tuple[Claim, ...] = ()
    waiting: tuple[Claim, ...] = ()
    recent: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at a pool comes to: the runs that start now, in this order, and why each other one waits."""

    start: tuple[RunName, ...]
    reasons: Mapping[RunName, str]


def admit(situation: Situation) -> Verdict:
    """Decide who starts now. A reason names no times, so that it changes only when what runs does."""
    look = _Look(situation)
    start: list[RunName] = []
    reasons: dict[RunName, str] = {}
    for claim in look.turns():
        if reason := look.obstacle(claim):
            reasons[claim.run] = reason
        else:
            look.start(claim)
            start.append(claim.run)
    return Verdict(tuple(start), reasons)


@dataclass(slots=True)
class _Reservation:
    """Room that is kept for one job from `at` on; `spare` is what it leaves to others that run beyond `at`."""

    holder: Claim
    at: float
    spare: Amounts

    def forbids(self, claim: Claim, now: float) -> bool:
        if claim.team == self.holder.team:
            return True
        return now + claim.timeout > self.at and bool(claim.demand.exceeding(self.spare))


class _Look:
    """One look at a pool: what is free and used, updated as jobs are let in."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._spec = situation.spec
        self._capacity = Amounts.of(situation.spec.capacity)
        self._running = list(situation.running)
        self._free = self._capacity.minus(total(claim.demand for claim in situation.running))
        self._used: defaultdict[str, Amounts] = defaultdict(Amounts)
        for claim in situation.running:
            self._used[claim.team] = self._used[claim.team].plus(claim.demand)
        teams = {claim.team for claim in (*situation.running, *situation.waiting)}
        self._weights = {team: self._spec.teams.get(team, Share()).weight for team in teams}
        self._limits = {team: limit_of(self._spec, team) for team in teams}
        self._reserved: _Reservation | None = None
        self._told: dict[tuple[str, Amounts], str] = {}

    def turns(self) -> Iterator[Claim]:
        """Yield every waiting job when its turn comes: the poorest team first, within it the oldest job first."""
        queues: defaultdict[str, list[Claim]] = defaultdict(list)
        for claim in sorted(self._situation.waiting, key=lambda claim: (claim.since, claim.run), reverse=True):
            queues[claim.team].append(claim)
        turns = [(self._score(team), team) for team in queues]
        heapq.heapify(turns)
        while turns:
            _, team = turns[0]
            yield queues[team].pop()
            if queues[team]:
                heapq.heapreplace(turns, (self._score(team), team))
            else:
                heapq.heappop(turns)

    def _score(self, team: str) -> float:
        share = self._used[team].dominant_share(self._capacity)
        return (share + HISTORY * self._situation.recent.get(team, 0.0)) / self._weights[team]

    def start(self, claim: Claim) -> None:
        """Let a job in."""
        now = self._situation.now
        if self._reserved and now + claim.timeout > self._reserved.at:
            self._reserved.spare = self._reserved.spare.minus(claim.demand)
        self._free = self._free.minus(claim.demand)
        self._used[claim.team] = self._used[claim.team].plus(claim.demand)
        self._running.append(Claim(claim.run, claim.team, claim.demand, now, claim.timeout))
        self._told.clear()

    def obstacle(self, claim: Claim) -> str:
        """Tell what keeps a job from starting; empty when nothing does."""
        if claim.demand.exceeding(self._left(claim.team)):
            return self._lack(claim)
        lacks = claim.demand.exceeding(self._free)
        if lacks and self._reserved is None and self._situation.now - claim.since >= PATIENCE:
            self._reserved = self._reserve(claim)
        if lacks:
            return self._lack(claim)
        if self._reserved and self._reserved.forbids(claim, self._situation.now):
            return f"waits for room that is kept for {self._reserved.holder.run}, which has waited longer"
        return ""

    def _left(self, team: str) -> Amounts:
        return self._limits[team].minus(self._used[team])

    def _reserve(self, claim: Claim) -> _Reservation:
        free = self._free
        for running in sorted(self._running, key=lambda running: running.ends):
            free = free.plus(running.demand)
            if not claim.demand.exceeding(free):
                return _Reservation(claim, running.ends, free.minus(claim.demand))
        return _Reservation(claim, math.inf, Amounts())

    def _lack(self, claim: Claim) -> str:
        key = (claim.team, claim.demand)
        if key not in self._told:
            self._told[key] = self._beyond_limit(claim) or self._beyond_free(claim)
        return self._told[key]

    def _beyond_limit(self, claim: Claim) -> str:
        name = claim.demand.exceeding(self._left(claim.team))
        if not name:
            return ""
        most, mine = self._limits[claim.team].told(name), self._used[claim.team].told(name)
        return f"waits for {claim.demand.told(name)}: team {claim.team} uses {mine}, and its limit is {most}"

    def _beyond_free(self, claim: Claim) -> str:
        name = claim.demand.exceeding(self._free)
        unit = 2**30 if name == "memory" else 1
        most = getattr(self._capacity, name) / unit
        free = max(getattr(self._free, name), 0.0) / unit
        mine = getattr(self._used[claim.team], name) / unit
        fair = most * self._weights[claim.team] / sum(self._weights.values())
        return (
            f"waits for {claim.demand.told(name)}: {number(free)} of {number(most)} are free, "
            f"and {claim.team} uses {number(mine)} of its {number(fair)}"
        )
