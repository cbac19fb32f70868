"""From a pool's spec to quotas: each named team gets its part of the capacity by weight, and lends what it doesn't use.

All quotas together are the capacity, whatever the weights. Teams that the spec doesn't name share one quota: all of the
pool where none is named, else what the limits of the named ones leave over; beyond that they borrow what is idle.
Amounts are whole numbers: thousandths of a core, bytes, devices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from reconciler.model.kinds.pools import Capacity, Pool
from reconciler.plugins.refusals import demand, of_which_kind

CPU, MEMORY, GPU = "cpu", "memory", "gpu"
Resource = tuple[str, str]
"""A resource and, of GPUs, their kind; of GPUs of any kind it is empty."""

REST = ""
"""Stands for all teams that a spec doesn't name."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is a team's own, and what it may have at most; a resource that `most` doesn't name has no limit."""

    nominal: Mapping[Resource, int]
    most: Mapping[Resource, int]
    weight: float = 1.0


def capacity_of(capacity: Capacity) -> dict[Resource, int]:
    """Return what a pool has."""
    kinds = capacity.gpu_kinds or ({"": capacity.gpus} if capacity.gpus else {})
    return {
        (CPU, ""): round(capacity.cpus * 1000),
        (MEMORY, ""): round(capacity.memory),
        **{(GPU, kind): count for kind, count in sorted(kinds.items())},
    }


def quotas(spec: Pool) -> dict[str, Quota]:
    """Return the quota of each team that the spec names, and under `REST` that of all others together.

    Raises:
        Refused: a team's limit can't be told by Kueue.
    """
    demand(of_which_kind(spec))
    capacity = capacity_of(spec.capacity)
    weights = {team: Fraction(share.weight) for team, share in sorted(spec.teams.items())}
    parts = {resource: _divided(amount, weights) for resource, amount in capacity.items()}
    found: dict[str, Quota] = {}
    for team, share in sorted(spec.teams.items()):
        limits = _limits(spec, share.limit) if share.limit else {}
        most = {resource: amount for resource, amount in limits.items() if resource in capacity}
        nominal = {
            resource: min(parts[resource][team], most.get(resource, part_of_all))
            for resource, part_of_all in capacity.items()
        }
        found[team] = Quota(nominal, most, share.weight)
    rest = {
        resource: amount - sum(quota.nominal[resource] for quota in found.values())
        for resource, amount in capacity.items()
    }
    return {**found, REST: Quota(rest, {})}


def _divided(amount: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Divide a whole amount by weight, by the method of the largest remainder."""
    if not weights:
        return {}
    total = sum(weights.values())
    exact = {team: amount * weight / total for team, weight in weights.items()}
    whole = {team: int(part) for team, part in exact.items()}
    left = amount - sum(whole.values())
    for team in sorted(weights, key=lambda team: (whole[team] - exact[team], team))[:left]:
        whole[team] += 1
    return whole


def _limits(spec: Pool, limit: Capacity) -> dict[Resource, int]:
    """Return a team's limits, of the resources that are named in it; GPUs are of the one kind that there is."""
    named, kinds = limit.model_fields_set, spec.capacity.gpu_kinds
    found: dict[Resource, int] = {}
    if "cpus" in named:
        found[(CPU, "")] = round(limit.cpus * 1000)
    if "memory" in named:
        found[(MEMORY, "")] = round(limit.memory)
    if "gpu_kinds" in named:
        return found | {(GPU, kind): limit.gpu_kinds.get(kind, 0) for kind in kinds}
    if "gpus" in named:
        found[(GPU, next(iter(kinds), ""))] = limit.gpus
    return found


_SUFFIXES = ("m", "", "k", "M", "G", "T", "P", "E")


def written(amount: int, resource: Resource) -> str:
    """Write an amount as Kubernetes does, so that it finds nothing to write anew: `2` and not `2000m`."""
    place = 0 if resource[0] == CPU else 1
    while amount and amount % 1000 == 0 and place < len(_SUFFIXES) - 1:
        amount //= 1000
        place += 1
    return f"{amount}{_SUFFIXES[place]}" if amount else "0"
