"""The queue: from one ticket a job to the pools' situations, and to what each job waits for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.fairness.admission import Claim, Situation, Verdict
from reconciler.model.fairness.amounts import NAMES, Amounts, total
from reconciler.model.fairness.shares import MEMORY, recent_use
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Use

_FORGOTTEN = 6 * MEMORY


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job as the queue sees it. Times are seconds since 1970; a job that was never let in may have ended too."""

    run: RunName
    pool: Address
    team: str
    demand: Amounts
    timeout: float
    submitted: float
    admitted: float | None = None
    ended: float | None = None

    @property
    def claim(self) -> Claim:
        """Return the job as admission sees it."""
        since = self.submitted if self.admitted is None else self.admitted
        return Claim(self.run, self.team, self.demand, since, self.timeout)


def situations(
    pools: Mapping[Address, Pool], tickets: Iterable[Ticket], stopping: Iterable[Ticket], now: float
) -> list[Situation]:
    """Return every pool's situation.

    Args:
        pools: the pools that admit jobs.
        tickets: all jobs.
        stopping: jobs that were cancelled and still run: they hold what they have.
        now: seconds since 1970.
    """
    by_pool: defaultdict[Address, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_pool[ticket.pool].append(ticket)
    held: defaultdict[Address, list[Claim]] = defaultdict(list)
    for ticket in stopping:
        held[ticket.pool].append(ticket.claim)
    return [_situation(pool, spec, by_pool[pool], held[pool], now) for pool, spec in sorted(pools.items())]


def _situation(pool: Address, spec: Pool, tickets: list[Ticket], held: list[Claim], now: float) -> Situation:
    active = [ticket for ticket in tickets if ticket.ended is None]
    waiting = tuple(ticket.claim for ticket in active if ticket.admitted is None)
    running = tuple(ticket.claim for ticket in active if ticket.admitted is not None)
    recent = recent_use(_spells(tickets, now), Amounts.of(spec.capacity), now) if waiting else {}
    return Situation(pool, spec, now, (*running, *held), waiting, recent)


def _spells(tickets: list[Ticket], now: float) -> Iterator[tuple[str, Amounts, float, float]]:
    for ticket in tickets:
        ended = now if ticket.ended is None else ticket.ended
        if ticket.admitted is not None and ended > now - _FORGOTTEN:
            yield ticket.team, ticket.demand, ticket.admitted, ended


def use_of(held: Iterable[tuple[Address, str, Amounts]]) -> dict[Address, dict[str, Use]]:
    """Return what each team uses of each pool.

    Args:
        held: the pool, the team and the demand of each job that runs.
    """
    demands: defaultdict[tuple[Address, str], list[Amounts]] = defaultdict(list)
    for pool, team, demand in held:
        demands[pool, team].append(demand)
    told: dict[Address, dict[str, Use]] = {}
    for (pool, team), amounts in sorted(demands.items()):
        used = dict(zip(NAMES, total(amounts), strict=True))
        told.setdefault(pool, {})[team] = Use({name: amount for name, amount in used.items() if amount})
    return told


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
