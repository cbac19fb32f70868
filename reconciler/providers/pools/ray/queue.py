"""The queue of a cluster's jobs at one moment: who may start, what never can, and why the others wait. All pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from reconciler.model.fairness.admission import admit
from reconciler.model.fairness.amounts import NAMES, Amounts
from reconciler.model.fairness.gpu_kinds import kind_refusal
from reconciler.model.fairness.queues import reasons, situations, unplaced
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState
from reconciler.ports.pool import image_refusal
from reconciler.providers.pools.ray.records import Record

SLOW_START = 15.0
"""Seconds after which a cluster that hasn't started a job is taken to lack the room for it."""
STARTING = "is let in, and the cluster starts it"
STOPPING = "waits until the job of this run that was cancelled has stopped"


@dataclass(frozen=True, slots=True)
class Moment:
    """What the queue looks at.

    Args:
        pools: the pools that admit jobs.
        records: every run's newest attempt, but those of runs that are being cancelled.
        stopping: jobs that were cancelled and still run: they hold what they have.
        blocked: runs of which a cancelled job may still be there.
        set_aside: runs that the cluster wouldn't take a moment ago, and why.
        nodes: what each node of the cluster has in all; None while that isn't known.
        now: seconds since 1970.
    """

    pools: Mapping[Address, Pool]
    records: Mapping[RunName, Record]
    now: float
    stopping: Sequence[Record] = ()
    blocked: Set[RunName] = frozenset()
    set_aside: Mapping[RunName, str] | None = None
    nodes: Sequence[Amounts] | None = None


def look(moment: Moment) -> tuple[tuple[RunName, ...], dict[RunName, str]]:
    """Return who starts now, in this order, and why each other job waits."""
    told: dict[RunName, str] = {**(moment.set_aside or {}), **dict.fromkeys(moment.blocked, STOPPING)}
    records = [record for record in moment.records.values() if record.run not in told]
    found = situations(
        moment.pools, [record.ticket for record in records], [r.ticket for r in moment.stopping], moment.now
    )
    verdicts = [admit(situation) for situation in found]
    told |= reasons(found, verdicts)
    for record in records:
        if record.is_pending:
            told[record.run] = _pending(record, moment)
        elif record.state is JobState.WAITING and record.order.pool not in moment.pools:
            told[record.run] = unplaced(record.order.pool)
    return tuple(run for verdict in verdicts for run in verdict.start), told


def never_fit(moment: Moment) -> Iterable[tuple[Record, str]]:
    """Yield the waiting jobs that can never run in their pool as it is now, and why."""
    for record in moment.records.values():
        if record.end or record.is_let_in or record.order.pool not in moment.pools:
            continue
        spec, nodes = moment.pools[record.order.pool], record.order.resources.nodes
        odd = image_refusal(record.order) or kind_refusal(record.order.pool, spec, record.order.resources)
        if reason := odd or refusal(record.order.pool, spec, record.order.team, record.demand):
            yield record, f"{reason}; it is for {nodes} nodes together: lower resources.nodes" if nodes > 1 else reason


def _pending(record: Record, moment: Moment) -> str:
    """Tell what the cluster still lacks for a job that was let in."""
    if moment.now - (record.accepted or moment.now) < SLOW_START:
        return STARTING
    asked = Amounts.of(record.order.resources)
    lacking = [asked.exceeding(node) for node in moment.nodes or ()]
    if lacking and all(lacking):
        name = lacking[0]
        most = Amounts(*(max(getattr(node, each) for node in moment.nodes or ()) for each in NAMES))
        return (
            f"is let in, but no node of the cluster has {asked.told(name)}: the largest has {most.told(name)}; "
            f"add a node, or lower resources.{name}"
        )
    room = ", ".join(asked.told(name) for name in NAMES if getattr(asked, name))
    return f"is let in, and waits for a node of the cluster with {room} free: others use it"
