"""Upkeep: which Jobs are kept for nothing, and which wait in a queue that isn't theirs any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.providers.pools.kubernetes import names
from reconciler.providers.pools.kubernetes.job_listing import newest
from reconciler.providers.pools.kubernetes.job_state import Held


def stale(held: Iterable[Held], now: datetime, keep: timedelta) -> list[Held]:
    """Return what nobody needs: attempts that a newer one replaced, and successes that are older than `keep`.

    The last failed attempt of a run stays, as it keeps count.
    """
    held = [one for one in held if not one.leaving]
    kept = newest(held)
    return [one for one in held if one.end and (kept[one.order.run] is not one or _is_old(one, now, keep))]


def _is_old(held: Held, now: datetime, keep: timedelta) -> bool:
    return held.end is not None and held.end.succeeded and held.end.at < now - keep


def queue_for(pool: Address, team: str, spec: Pool | None) -> str:
    """Return the queue of a team's jobs; of a pool that isn't there, the one that it will have in any case."""
    return names.local_queue(pool, team if spec and team in spec.teams else "")


def misplaced(held: Iterable[Held], pool: Address, spec: Pool) -> list[tuple[Held, str]]:
    """Return the jobs of a pool that wait in another queue than theirs, each with its own."""
    waiting = [one for one in held if one.order.pool == pool and one.suspended and not one.leaving and not one.end]
    told = [(one, queue_for(pool, one.order.team, spec)) for one in waiting]
    return [(one, queue) for one, queue in told if one.queue != queue]
