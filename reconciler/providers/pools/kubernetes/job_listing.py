"""From what was seen to what the port shows: one job a run, its newest attempt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.fairness.amounts import Amounts
from reconciler.model.fairness.gpu_kinds import kind_refusal
from reconciler.model.fairness.queues import unplaced
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Job, JobState
from reconciler.providers.pools.kubernetes.job_state import Held
from reconciler.providers.pools.kubernetes.pods import Exit
from runners.contract.exits import REFUSED

NEXT = "waits for Kueue to look at it"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known beside the Jobs: the pools, how failed jobs ended by uid, and what waits for what.

    `queued` is by the uid of a Job, `pending` by its name. `silence` is told where Kueue doesn't answer.
    """

    pools: Mapping[Address, Pool]
    exits: Mapping[str, Exit] = field(default_factory=dict)
    queued: Mapping[str, str] = field(default_factory=dict)
    pending: Mapping[str, str] = field(default_factory=dict)
    silence: str = ""


def newest(held: Iterable[Held]) -> dict[RunName, Held]:
    """Return the newest attempt of each run; what is being deleted is forgotten."""
    found: dict[RunName, Held] = {}
    for one in held:
        known = found.get(one.order.run)
        if not one.leaving and (known is None or known.order.attempt < one.order.attempt):
            found[one.order.run] = one
    return found


def unfit(held: Held, pools: Mapping[Address, Pool]) -> str:
    """Tell why a job that was never let in never will be; empty where it may, or where its pool isn't there."""
    order = held.order
    spec = pools.get(order.pool)
    if spec is None or not held.suspended or not held.is_waiting:
        return ""
    one, nodes = Amounts.of(order.resources), order.resources.nodes
    demand = Amounts(one.cpus * nodes, one.memory * nodes, one.gpus * nodes)
    told = kind_refusal(order.pool, spec, order.resources) or refusal(order.pool, spec, order.team, demand)
    return f"{told}; or lower resources.nodes, as all {nodes} count" if told and nodes > 1 else told


def show(held: Held, seen: Seen) -> Job:
    """Return a job as the port shows it."""
    if held.end:
        code, why = (0, "") if held.end.succeeded else _failure(held, seen)
        state = JobState.SUCCEEDED if held.end.succeeded else JobState.FAILED
        return _job(held, state, why, code=code, ended=held.end.at)
    if held.is_running:
        return _job(held, JobState.RUNNING)
    if why := unfit(held, seen.pools):
        return _job(held, JobState.FAILED, why, code=REFUSED, ended=held.submitted)
    return _job(held, JobState.WAITING, _waits(held, seen))


def _failure(held: Held, seen: Seen) -> tuple[int | None, str]:
    told = seen.exits.get(held.uid, Exit(None, held.end.reason if held.end else ""))
    return told.code, told.reason


def _waits(held: Held, seen: Seen) -> str:
    if not held.suspended:
        return seen.pending.get(held.name) or "waits for its pod to start"
    if held.order.pool not in seen.pools:
        return unplaced(held.order.pool)
    return seen.silence or seen.queued.get(held.uid) or NEXT


def _job(
    held: Held, state: JobState, reason: str = "", *, code: int | None = None, ended: datetime | None = None
) -> Job:
    order = held.order
    return Job(
        run=order.run,
        pool=order.pool,
        team=order.team,
        state=state,
        attempt=order.attempt,
        reason=reason,
        exit_code=code,
        submitted=held.submitted,
        started=held.started,
        ended=ended,
        inputs=order.inputs,
        needs=Amounts.of(order.resources).times(order.resources.nodes).told_by_name(),
        timeout=order.timeout,
    )
