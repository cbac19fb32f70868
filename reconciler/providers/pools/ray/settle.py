"""One turn of the pool: what was seen on the cluster is noted, what is due is done there.

Each step may be cut off after any of its calls: the next turn sees what came of it, and goes on from there.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import RunName
from reconciler.model.observed import JobState
from reconciler.providers.pools.ray.cluster import Cluster
from reconciler.providers.pools.ray.queue import SLOW_START, Moment, look, never_fit
from reconciler.providers.pools.ray.records import End, Record, join
from reconciler.providers.pools.ray.store import Store
from runners.contract.exits import REFUSED

SPAN = 2.0
"""Seconds in which a turn begins changes on the cluster; what is left is for the next one, so that no turn is long."""
AFTERLIFE = 5.0
"""Seconds for which Ray still watches over a job that has ended: were it deleted, Ray would write that it failed."""
SET_ASIDE = 30.0
"""Seconds for which an order is passed by others after the cluster couldn't take it."""


@dataclass(slots=True)
class Aside:
    """Orders that the cluster couldn't take: until when they are passed by, and why."""

    until: dict[RunName, tuple[float, str]]

    def now(self, now: float) -> Mapping[RunName, str]:
        """Return those that are passed by now."""
        return {run: why for run, (until, why) in self.until.items() if now < until}


class Turn:
    """The steps of a turn, over one look at the folder and one at the cluster.

    Args:
        store: the folder, locked and fresh.
        cluster: the cluster, just looked at.
        aside: orders that it couldn't take a moment ago.
        now: seconds since 1970.
        keep: seconds for which a job that succeeded is remembered.
    """

    def __init__(self, store: Store, cluster: Cluster, aside: Aside, now: float, keep: float) -> None:
        self._store = store
        self._cluster = cluster
        self._aside = aside
        self._now = now
        self._keep = keep
        self._until = time.monotonic() + SPAN
        self._is_cut = False

    def take(self) -> None:
        """Take every step.

        Raises:
            Unavailable: the cluster stopped answering.
        """
        for step in (self._clear_out, self._note, self._refuse, self._admit, self._close_pools, self._purge):
            step()
        self._cluster.rest(soon=any(self._store.leaving.values()))
        if self._is_cut:
            self._cluster.look_again()

    def _change(self, change: Callable[[Record], None], record: Record) -> bool:
        """Make a change on the cluster, unless this turn has taken long enough; tell whether it was made."""
        self._is_cut = self._is_cut or time.monotonic() >= self._until
        if not self._is_cut:
            change(record)
        return not self._is_cut

    def _clear_out(self) -> None:
        """Stop the jobs of runs that were cancelled; forget those runs when none of their jobs is left."""
        for run in tuple(self._store.leaving.values()):
            gone = [self._is_gone(record) for record in self._cluster.seen if record.run == run]
            if all(gone):
                self._store.leaving.remove(run)

    def _is_gone(self, record: Record) -> bool:
        if record.end:
            return self._delete(record)
        self._change(self._cluster.stop, record)
        return False

    def _delete(self, record: Record) -> bool:
        """Take a job that has ended off the cluster, unless it has only just ended; tell whether it was taken off."""
        is_at_rest = record.end is not None and record.end.ended <= self._now - AFTERLIFE
        return is_at_rest and self._change(self._cluster.delete, record)

    def _note(self) -> None:
        """Keep what the cluster may forget: that it took a job, and how that ended."""
        for run, record in records(self._store, self._cluster, self._now).items():
            kept = self._store.orders.get(run)
            if kept and kept != replace(record, job=None):
                self._store.orders.put(run, replace(record, job=None))

    def _refuse(self) -> None:
        """End jobs at once that can never fit."""
        for record, reason in tuple(never_fit(self._moment())):
            self._end(record, reason)

    def _end(self, record: Record, reason: str) -> None:
        end = End(self._now, JobState.FAILED, reason, REFUSED, refused=True)
        self._store.orders.put(record.run, replace(record, end=end, job=None))

    def _admit(self) -> None:
        """Hand those to the cluster whose turn it is."""
        moment = self._moment()
        if any(r.is_pending and self._now - (r.accepted or self._now) >= SLOW_START for r in moment.records.values()):
            self._cluster.nodes()
        for run in look(moment)[0]:
            if not self._change(self._submit, moment.records[run]):
                return
            if run in self._aside.now(self._now):
                return

    def _submit(self, record: Record) -> None:
        try:
            self._cluster.submit(record.order, record.submitted, record.sealed)
        except Refused as error:
            self._end(record, str(error))
        except Unavailable as error:
            self._aside.until[record.run] = (self._now + SET_ASIDE, error.message)
        else:
            self._aside.until.pop(record.run, None)
            self._store.orders.put(record.run, replace(record, accepted=self._now, job=None))

    def _close_pools(self) -> None:
        """Take away pools that are to go and have no job left on the cluster."""
        moment = self._moment()
        active = [r for r in moment.records.values() if r.is_let_in and not r.end]
        busy = {record.order.pool for record in (*active, *moment.stopping)}
        for known in tuple(self._store.pools.values()):
            if known.leaving and known.pool not in busy:
                self._store.pools.remove(known.pool)

    def _purge(self) -> None:
        """Forget attempts that a newer one has replaced, and jobs that succeeded long ago."""
        known = records(self._store, self._cluster, self._now)
        for record in tuple(self._cluster.seen):
            newest = known.get(record.run)
            if record.end and newest and (newest.order.attempt > record.order.attempt or self._is_old(record)):
                self._delete(record)
        for run, record in known.items():
            if self._is_old(record):
                self._store.orders.remove(run)

    def _is_old(self, record: Record) -> bool:
        end = record.end
        return end is not None and end.state is JobState.SUCCEEDED and end.ended < self._now - self._keep

    def _moment(self) -> Moment:
        return moment_of(self._store, self._cluster, self._aside, self._now)


def records(store: Store, cluster: Cluster, now: float) -> dict[RunName, Record]:
    """Return what is known of every run, but of those that are being cancelled what is ordered anew only."""
    leaving = set(store.leaving.values())
    return join(store.orders.values(), (record for record in cluster.seen if record.run not in leaving), now)


def moment_of(store: Store, cluster: Cluster, aside: Aside, now: float) -> Moment:
    """Return what the queue looks at."""
    leaving = set(store.leaving.values())
    cancelled = [record for record in cluster.seen if record.run in leaving]
    return Moment(
        pools={known.pool: known.spec for known in store.pools.values() if not known.leaving},
        records=records(store, cluster, now),
        now=now,
        stopping=tuple(_holding(cancelled)),
        blocked=leaving,
        set_aside=aside.now(now),
        nodes=cluster.known_nodes,
    )


def _holding(cancelled: Sequence[Record]) -> Iterator[Record]:
    """Yield those of the cancelled jobs that hold what they were given."""
    return (record for record in cancelled if not record.end and not record.is_pending)
