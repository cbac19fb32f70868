"""Pools: capacity and shares as the spec says, and how much each team uses."""

from collections import Counter
from typing import Any

from reconciler.model.change import ConfigurePool
from reconciler.model.decision import Decision, Standing, View
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import JobState
from reconciler.model.resource import Resource


def decide(resource: Resource, view: View) -> Decision:
    """Give a pool the configuration of its spec."""
    spec = resource.spec
    assert isinstance(spec, Pool)
    actual = view.actual.pool.pools.get(resource.address)
    drifted = view.actual.pool.drifted.get(resource.address, "")
    same = actual is not None and (actual.capacity, actual.teams) == (spec.capacity, spec.teams)
    changed = not same or bool(drifted)
    why = "it is not there" if actual is None else drifted if same else "its spec changed"
    configure = ConfigurePool(address=resource.address, spec=spec, why=why)
    return Decision(
        address=resource.address,
        standing=Standing.RECONCILING if changed else Standing.READY,
        reason="Configuring" if changed else "Configured",
        message="its capacity and shares are being set" if changed else _capacity(spec),
        changes=(configure,) if changed else (),
        facts={"teams": _use(resource.address, view)},
        drifted=drifted if same else "",
    )


def retire(address: Address, view: View) -> Decision:
    """Take a pool away, once its jobs have ended."""
    there = address in view.actual.pool.pools
    running = sum(1 for j in view.actual.pool.jobs.values() if j.pool == address and j.state is JobState.RUNNING)
    if there and running:
        message = "its spec is gone, and its last jobs still run"
        return Decision(address=address, standing=Standing.RECONCILING, reason="Draining", message=message)
    return Decision(
        address=address,
        standing=Standing.RECONCILING,
        reason="Removing",
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
