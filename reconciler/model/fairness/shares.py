"""Shares: what a team may use at most, what can never fit, and how much each team has used of late."""

import math
from collections import defaultdict
from collections.abc import Iterable

from reconciler.model.fairness.amounts import NAMES, Amounts
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool, Share

MEMORY = 3600.0
"""Seconds after which what a team has used counts for 1/e of what it did."""


def limit_of(spec: Pool, team: str) -> Amounts:
    """Return what a team may use at most at one time; only the resources that its limit names are limited."""
    limit = spec.teams.get(team, Share()).limit
    named = limit.model_fields_set if limit else frozenset[str]()
    return Amounts(*(float(getattr(limit, name)) if name in named else math.inf for name in NAMES))


def refusal(pool: Address, spec: Pool, team: str, demand: Amounts) -> str:
    """Tell why a job can never run in a pool as it is configured now; empty where it can."""
    capacity, limit = Amounts.of(spec.capacity), limit_of(spec, team)
    if name := demand.exceeding(capacity):
        return (
            f"asks for {demand.told(name)} and {pool} has {capacity.told(name)}: "
            f"lower resources.{name}, or raise the pool's capacity.{name}"
        )
    if name := demand.exceeding(limit):
        return (
            f"asks for {demand.told(name)} and team {team} may use {limit.told(name)} of {pool}: "
            f"lower resources.{name}, or raise teams.{team}.limit.{name}"
        )
    return ""


def recent_use(spells: Iterable[tuple[str, Amounts, float, float]], capacity: Amounts, now: float) -> dict[str, float]:
    """Return each team's mean dominant share, 0..1, in which what is `MEMORY` seconds past counts for 1/e.

    Args:
        spells: what ran: team, amounts, when it started and when it ended (or now), in seconds since 1970.
        capacity: what the pool has.
        now: the moment to look back from, in seconds since 1970.
    """
    used: defaultdict[str, float] = defaultdict(float)
    for team, demand, started, ended in spells:
        weight = math.exp((min(ended, now) - now) / MEMORY) - math.exp((min(started, now) - now) / MEMORY)
        used[team] += demand.dominant_share(capacity) * weight
    return dict(used)
