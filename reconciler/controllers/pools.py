"""Pools: capacity and shares as the spec says, and how much each team uses."""

from collections import Counter

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
    changed = actual is None or (actual.capacity, actual.teams) != (spec.capacity, spec.teams)
    configure = ConfigurePool(
        address=resource.address, spec=spec, why="it is not there" if actual is None else "its spec changed"
    )
    return Decision(
        address=resource.address,
        standing=Standing.RECONCILING if changed else Standing.READY,
        reason="Configuring" if changed else "Configured",
        message="its capacity and shares are being set" if changed else _capacity(spec),
        changes=(configure,) if changed else (),
        facts={"teams": _use(resource.address, view)},
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


def _use(pool: Address, view: View) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {}
    for job in view.actual.pool.jobs.values():
        if job.pool == pool and job.state in (JobState.WAITING, JobState.RUNNING):
            counted.setdefault(job.team, Counter())[job.state.value] += 1
    return {team: dict(sorted(states.items())) for team, states in sorted(counted.items())}
