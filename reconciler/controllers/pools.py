"""Pools: capacity and shares as the spec says, and how much each team uses.

Environments may share a pool. Where they ask otherwise of it, the one that changed its mind last has its way: a daemon
that has seen a pool as it wants it doesn't fight for it. That is remembered in the status, and forgotten there before
anything else is asked of the pool: else a daemon that is killed in between would take its own change for another's.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.controllers.pool_jobs import told_jobs
from reconciler.controllers.pool_meter import read_on
from reconciler.model.change import Change, ConfigurePool
from reconciler.model.decision import Decision, Phase, View
from reconciler.model.facts import PoolFacts
from reconciler.model.ids import Address, Digest, digest
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState
from reconciler.model.reason import Reason
from reconciler.model.resource import Resource


def decide(resource: Resource, view: View) -> Decision:
    """Give a pool the configuration of its spec."""
    spec = resource.spec
    assert isinstance(spec, Pool)
    address, wanted = resource.address, _wish(resource, spec, view)
    actual, former = view.actual.pool.pools.get(address), view.facts_of(address, PoolFacts).get("configured")
    jobs = told_jobs(address, view.actual.pool.jobs.values()) or None
    use, meter = _use(address, view), _meter(address, spec, view)
    facts: Mapping[str, object] = {"teams": use, "configured": former, "meter": meter, "jobs": jobs}
    if actual is not None and (actual.capacity, actual.teams) == (spec.capacity, spec.teams):
        if drifted := view.actual.pool.drifted.get(address, ""):
            return replace(_configuring(address, _change(address, spec, drifted), facts), drifted=drifted)
        return _told(address, Phase.READY, Reason.CONFIGURED, _capacity(spec), facts={**facts, "configured": wanted})
    if actual is not None and former == wanted:
        message = (
            f"it was given {_capacity(actual)}, and perhaps other shares, by another environment that has this pool: "
            f"let their specs say the same, or `setpoint reconcile {address}`"
        )
        return _told(address, Phase.STALLED, Reason.CONTENDED, message, facts=facts)
    if former not in (None, wanted):
        return replace(_configuring(address, (), {**facts, "configured": None}), wake=view.actual.now)
    why = "it is not there" if actual is None else "its spec changed"
    return _configuring(address, _change(address, spec, why), facts)


def _change(address: Address, spec: Pool, why: str) -> tuple[Change, ...]:
    return (ConfigurePool(address=address, spec=spec, why=why),)


def _configuring(address: Address, changes: tuple[Change, ...], facts: Mapping[str, object]) -> Decision:
    message = "its capacity and shares are being set"
    return _told(address, Phase.RECONCILING, Reason.CONFIGURING, message, changes, facts=facts)


def _wish(resource: Resource, spec: Pool, view: View) -> Digest:
    """Name what is asked of a pool now, by the spec or anew by an operator."""
    asked = view.requested(resource.address)
    return digest([spec.model_dump(mode="json", include={"capacity", "teams"}), asked and asked.isoformat()])


def _told(
    address: Address,
    phase: Phase,
    reason: Reason,
    message: str,
    changes: tuple[Change, ...] = (),
    *,
    facts: Mapping[str, object],
) -> Decision:
    told = {key: value for key, value in facts.items() if value is not None}
    return Decision(address=address, phase=phase, reason=reason, message=message, changes=changes, facts=told)


def retire(address: Address, view: View) -> Decision:
    """Take a pool away, once its jobs have ended."""
    there = address in view.actual.pool.pools
    running = sum(1 for j in view.actual.pool.jobs.values() if j.pool == address and j.state is JobState.RUNNING)
    if there and running:
        message = "its spec is gone, and its last jobs still run"
        return Decision(address=address, phase=Phase.RECONCILING, reason=Reason.DRAINING, message=message)
    return Decision(
        address=address,
        phase=Phase.RECONCILING,
        reason=Reason.REMOVING,
        message="its spec is gone",
        changes=(ConfigurePool(address=address, spec=None, why="its spec is gone"),) if there else (),
    )


def _capacity(spec: Pool) -> str:
    gib = spec.capacity.memory / 2**30
    return f"{spec.capacity.cpus:g} cpus, {gib:g} GiB of memory, {spec.capacity.gpus} gpus"


OTHERS = "others"
"""Stands for all teams that a spec doesn't name, where an engine counts them together."""


def _use(pool: Address, view: View) -> dict[str, dict[str, Any]]:
    """Return for each team how many of its jobs wait and run, what they use, and what of that is borrowed."""
    counted: dict[str, Counter[str]] = {}
    for job in view.actual.pool.jobs.values():
        if job.pool == pool and job.state in (JobState.WAITING, JobState.RUNNING):
            counted.setdefault(job.team, Counter())[job.state.value] += 1
    told: dict[str, dict[str, Any]] = {team: dict(sorted(states.items())) for team, states in counted.items()}
    for team, use in view.actual.pool.use.get(pool, {}).items():
        amounts = {"used": dict(sorted(use.used.items())), "borrowed": dict(sorted(use.borrowed.items()))}
        told.setdefault(team or OTHERS, {}).update({name: amount for name, amount in amounts.items() if amount})
    return {team: facts for team, facts in sorted(told.items()) if facts}


def _meter(pool: Address, spec: Pool, view: View) -> Mapping[str, Any] | None:
    """Return what the teams used over time of what is scarce: the GPUs where there are any, else the cores."""
    unit = "gpus" if spec.capacity.gpus else "cpus"
    use = view.actual.pool.use.get(pool, {})
    used = {team or OTHERS: float(told.used[unit]) for team, told in use.items() if told.used.get(unit)}
    return read_on(
        view.facts_of(pool, PoolFacts).get("meter"), used, unit, float(getattr(spec.capacity, unit)), view.actual.now
    )
