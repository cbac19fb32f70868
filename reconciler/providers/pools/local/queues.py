"""The queue: from what the files say to the pools' situations, and to what each job waits for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState
from reconciler.providers.pools.local.admission import Claim, Situation, Verdict
from reconciler.providers.pools.local.amounts import Amounts
from reconciler.providers.pools.local.records import Record
from reconciler.providers.pools.local.shares import MEMORY, recent_use, refusal

_FORGOTTEN = 6 * MEMORY


def situations(
    pools: Mapping[Address, Pool], records: Iterable[Record], stopping: Iterable[Record], now: float
) -> list[Situation]:
    """Return every pool's situation.

    Args:
        pools: the pools that admit jobs.
        records: all jobs.
        stopping: jobs that were cancelled and still run: they hold what they have.
        now: seconds since 1970.
    """
    by_pool: defaultdict[Address, list[Record]] = defaultdict(list)
    for record in records:
        by_pool[record.order.pool].append(record)
    held: defaultdict[Address, list[Claim]] = defaultdict(list)
    for record in stopping:
        held[record.order.pool].append(_running(record))
    return [_situation(pool, spec, by_pool[pool], held[pool], now) for pool, spec in sorted(pools.items())]


def _situation(pool: Address, spec: Pool, records: list[Record], held: list[Claim], now: float) -> Situation:
    states = [(record, record.state) for record in records]
    waiting = tuple(_waiting(record) for record, state in states if state is JobState.WAITING)
    running = tuple(_running(record) for record, state in states if state is JobState.RUNNING)
    recent = recent_use(_spells(records, now), Amounts.of(spec.capacity), now) if waiting else {}
    return Situation(pool, spec, now, (*running, *held), waiting, recent)


def _waiting(record: Record) -> Claim:
    return Claim(record.run, record.order.team, record.demand, record.submitted, record.order.timeout)


def _running(record: Record) -> Claim:
    since = record.admission.at if record.admission else record.submitted
    return Claim(record.run, record.order.team, record.demand, since, record.order.timeout)


def _spells(records: list[Record], now: float) -> Iterator[tuple[str, Amounts, float, float]]:
    for record in records:
        ended = record.exit.ended if record.exit else now
        if record.admission and ended > now - _FORGOTTEN:
            yield record.order.team, record.demand, record.admission.at, ended


def reasons(situations: Iterable[Situation], verdicts: Iterable[Verdict]) -> dict[RunName, str]:
    """Return why each job of these pools waits."""
    told: dict[RunName, str] = {}
    for situation, verdict in zip(situations, verdicts, strict=True):
        told |= verdict.reasons
        told |= dict.fromkeys(verdict.start, f"{situation.pool} lets it in next")
    return told


def unplaced(pool: Address) -> str:
    """Tell why a job waits whose pool isn't there."""
    return f"waits for {pool}, which is not configured: add specs/{pool}.yaml, or name another pool"


def never_fits(pools: Mapping[Address, Pool], record: Record) -> str:
    """Tell why a job can never run in its pool as that is now; empty where it can, or where its pool isn't there."""
    order = record.order
    if order.pool not in pools:
        return ""
    if order.resources.nodes > 1:
        return (
            f"asks for {order.resources.nodes} nodes and {order.pool} is one machine: "
            "set resources.nodes to 1, or use a cluster's pool"
        )
    return refusal(order.pool, pools[order.pool], order.team, record.demand)
