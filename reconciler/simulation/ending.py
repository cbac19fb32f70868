"""Where it all came to rest: how every resource stands, and what is there in the engines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.loop.cycle import Pass
from reconciler.model.decision import Decision, Phase
from reconciler.model.ids import Address, kind_of, owner_of
from reconciler.model.kinds.datasets import Dataset
from reconciler.model.kinds.labels import Labels
from reconciler.model.resource import Desired

TIMELESS = frozenset({"pools", "datasets", "labels", "experiments"})
"""Kinds whose end follows from the last commit alone; what is promoted, and so live, follows from all of them."""
_TOLD: Mapping[str, tuple[str, ...]] = {
    "experiments": ("leaderboard",),
    "promotions": ("candidate", "proposal"),
    "deployments": ("trial", "revision", "traffic"),
}
"""The facts of a kind that belong to its end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How each resource stands, with the facts that belong to its end, and the names of all that is there."""

    resources: Mapping[Address, tuple[str, ...]]
    things: frozenset[str]


def ending(done: Pass, scheduled: frozenset[Address]) -> Ending:
    """Return where the last pass of a life has found everything. What a schedule has named is left out."""
    resources = {a: _told(d, a in scheduled) for a, d in phase(done).items()}
    return Ending(resources, frozenset(_things(done, scheduled)))


def phase(done: Pass) -> Mapping[Address, Decision]:
    """Return the decisions of a pass but those on what it took off the status."""
    return {a: d for a, d in done.plan.decisions.items() if a not in done.plan.removed}


def differences(wanted: Ending, found: Ending, *, timeless: bool) -> list[str]:
    """Tell how an end differs from another; `timeless` leaves out what follows from the order of events."""
    told = []
    for address in sorted({*wanted.resources, *found.resources}):
        if timeless and kind_of(address) not in TIMELESS:
            continue
        one, other = wanted.resources.get(address, ("gone",)), found.resources.get(address, ("gone",))
        if one != other:
            told.append(f"{address} is {' '.join(other)} and should be {' '.join(one)}")
    if not timeless:
        told += [f"{thing} is missing" for thing in sorted(wanted.things - found.things)]
        told += [f"{thing} is too much" for thing in sorted(found.things - wanted.things)]
    return told


def scheduled(desired: Desired) -> Iterator[Address]:
    """List the resources whose runs are named by the time of day."""
    for address, resource in desired.resources.items():
        spec = resource.spec
        if kind_of(address) == "monitors" or (isinstance(spec, Dataset | Labels) and spec.refresh):
            yield from (address, *resource.former)


def _told(decision: Decision, is_scheduled: bool) -> tuple[str, ...]:
    """Tell how a resource stands. One that isn't ready tells the facts of former days."""
    if is_scheduled and decision.phase in (Phase.READY, Phase.RECONCILING):
        return (Phase.READY.value,)
    if decision.phase is not Phase.READY:
        return (decision.phase.value, decision.reason)
    facts = [_plain(decision.facts.get(name)) for name in _TOLD.get(kind_of(decision.address), ())]
    return (decision.phase.value, decision.reason, *map(str, facts))


def _plain(fact: Any) -> Any:
    if isinstance(fact, list):
        return sorted((row["run"], row["stage"]) for row in fact)
    return fact


def _things(done: Pass, scheduled: frozenset[Address]) -> Iterator[str]:
    actual = done.actual
    for run, version in actual.data.versions.items():
        if version.here and owner_of(run) not in scheduled:
            yield f"version {run}"
    yield from (f"branch {run}" for run in actual.data.branches if owner_of(run) not in scheduled)
    jobs = (run for run, job in actual.pool.jobs.items() if job.ended is None)
    yield from (f"job {run}" for run in jobs if owner_of(run) not in scheduled)
    yield from (f"pool {pool} {spec.model_dump_json()}" for pool, spec in actual.pool.pools.items())
    for address, endpoint in actual.endpoints.items():
        yield from (f"revision {address}/{name}, {r.state}" for name, r in endpoint.revisions.items())
        yield f"traffic of {address}: {dict(sorted(endpoint.traffic.items()))}"
    yield from (f"proposal {name}, {proposal.state}" for name, proposal in actual.proposals.items())
