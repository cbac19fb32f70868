"""The life of a replica and of a revision: what comes next, by what was seen. Pure functions.

A process that ended by itself is replaced: at once the first time, then after 1, 2, 4 … 60 seconds. A revision that has
never been ready is given up when its process says why it can't serve, or after `PATIENCE` crashes; one that has been
ready is never given up, as it may be live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from reconciler.model.observed import RevisionState
from reconciler.providers.serving.local.records import Replica, RevisionRecord

DRAIN = 1.0
"""Seconds from leaving the rotation to SIGTERM: requests that were on their way to the replica arrive."""
GRACE = 10.0
"""Seconds from SIGTERM to SIGKILL."""
START_LIMIT = 180.0
"""Seconds after which a process that isn't ready is taken for hung."""
STEADY = 30.0
"""Seconds of being ready after which former crashes are forgotten."""
PATIENCE = 6
"""Crashes in a row after which a revision that was never ready is given up."""
LOOPS = 3
"""Crashes in a row that make a loop."""


class Act(Enum):
    """What is to be done about a replica's process."""

    NONE = "none"
    SPAWN = "spawn"
    TERM = "term"
    KILL = "kill"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a replica's process. `last_words` tell why it ended; `is_refusal` that it said so itself."""

    alive: bool = False
    ready: bool = False
    last_words: str = ""
    is_refusal: bool = False


Acts = tuple[tuple[Replica, Act], ...]


def backoff(crashes: int) -> float:
    """Return the seconds to wait after so many crashes in a row."""
    return 0.0 if crashes <= 1 else min(2.0 ** (crashes - 2), 60.0)


def step(replica: Replica, seen: Seen, now: float) -> tuple[Replica, Act]:
    """Return a replica's next state, and what is to be done about its process."""
    if replica.leaving is not None:
        return _leave(replica, replica.leaving, seen, now)
    if not seen.alive:
        return _without_process(replica, now)
    begun = replica.begun if replica.begun is not None else now
    if replica.ready is None:
        if seen.ready:
            return replace(replica, begun=begun, ready=now, proven=True), Act.NONE
        return replace(replica, begun=begun), Act.KILL if now > begun + START_LIMIT else Act.NONE
    if replica.crashes and now >= replica.ready + STEADY:
        return replace(replica, crashes=0), Act.NONE
    return replica, Act.NONE


def _leave(replica: Replica, leaving: float, seen: Seen, now: float) -> tuple[Replica, Act]:
    if not seen.alive:
        return replica, Act.FORGET
    if replica.asked is None:
        return (replace(replica, asked=now), Act.TERM) if now >= leaving + DRAIN else (replica, Act.NONE)
    return replica, Act.KILL if now >= replica.asked + GRACE else Act.NONE


def _without_process(replica: Replica, now: float) -> tuple[Replica, Act]:
    if replica.begun is not None:
        crashes = replica.crashes + 1
        replica = replace(replica, begun=None, ready=None, crashes=crashes, due=now + backoff(crashes))
    if now < replica.due:
        return replica, Act.NONE
    return replace(replica, begun=now), Act.SPAWN


class _Step(NamedTuple):
    before: Replica
    seen: Seen
    after: Replica
    act: Act

    @property
    def is_crash(self) -> bool:
        return self.after.crashes > self.before.crashes


def advance(revision: RevisionRecord, seen: Mapping[int, Seen], now: float) -> tuple[RevisionRecord, Acts]:
    """Return a revision's next state, by what was seen of each slot, and what is to be done about its processes."""
    if revision.stopping:
        revision = replace(revision, replicas=tuple(_sent_away(replica, now) for replica in revision.replicas))
    looks = [(replica, seen.get(replica.slot, Seen())) for replica in revision.replicas]
    steps = [_Step(replica, look, *step(replica, look, now)) for replica, look in looks]
    revision = _with_failure(revision, [item for item in steps if item.is_crash])
    if revision.final:
        steps = [_given_up(item, now) for item in steps]
    kept = tuple(item.after for item in steps if item.act is not Act.FORGET)
    acts = tuple((item.after, item.act) for item in steps if item.act is not Act.NONE)
    return _proven(_scaled(replace(revision, replicas=kept), now)), acts


def _given_up(item: _Step, now: float) -> _Step:
    """End the process of a replica that is given up; one without stays, for people to read its log."""
    if item.seen.alive:
        return item._replace(after=_sent_away(item.after, now))
    return item._replace(after=replace(item.after, begun=None), act=Act.NONE) if item.act is Act.SPAWN else item


def _with_failure(revision: RevisionRecord, crashes: Sequence[_Step]) -> RevisionRecord:
    """Note why a process has ended by itself, and whether another is worth starting."""
    for crash in crashes:
        revision = replace(revision, failure=crash.seen.last_words or revision.failure)
        if not revision.proven and (crash.seen.is_refusal or crash.after.crashes >= PATIENCE):
            return replace(revision, failure=crash.seen.last_words, final=True)
    return revision


def _proven(revision: RevisionRecord) -> RevisionRecord:
    if not revision.replicas or revision.ready < max(1, revision.order.replicas.minimum):
        return revision
    return revision if revision.proven and not revision.failure else replace(revision, proven=True, failure="")


def _scaled(revision: RevisionRecord, now: float) -> RevisionRecord:
    """Add the replicas that are missing, or send away those that are too many, the newest and the unready first."""
    if revision.stopping or revision.final:
        return revision
    staying = revision.staying
    missing = revision.wanted - len(staying)
    if missing > 0:
        fresh = tuple(Replica(revision.next_slot + number) for number in range(missing))
        return replace(revision, replicas=revision.replicas + fresh, next_slot=revision.next_slot + missing)
    if missing == 0:
        return revision
    ranked = sorted(staying, key=lambda replica: (not replica.is_ready, replica.slot))
    surplus = {replica.slot for replica in ranked[revision.wanted :]}
    replicas = tuple(_sent_away(r, now) if r.slot in surplus else r for r in revision.replicas)
    return replace(revision, replicas=replicas)


def _sent_away(replica: Replica, now: float) -> Replica:
    return replica if replica.leaving is not None else replace(replica, leaving=now)


def state_of(revision: RevisionRecord) -> RevisionState:
    """Return where a revision is in its life."""
    if revision.stopping:
        return RevisionState.STOPPING
    if revision.final:
        return RevisionState.FAILED
    if revision.proven and (revision.ready or not revision.wanted):
        return RevisionState.READY
    loops = any(replica.crashes >= LOOPS for replica in revision.staying)
    return RevisionState.FAILED if loops and not revision.ready else RevisionState.STARTING


def reason_of(revision: RevisionRecord) -> str:
    """Return why a revision is not ready, in words that stay the same from look to look."""
    return "" if state_of(revision) in (RevisionState.READY, RevisionState.STOPPING) else revision.failure
