"""What fits this machine, and what never will."""

from collections.abc import Mapping

from reconciler.model.errors import Refused
from reconciler.model.fairness.gpu_kinds import kind_refusal
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.providers.pools.local.records import Record


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
    spec = pools[order.pool]
    return kind_refusal(order.pool, spec, order.resources) or refusal(order.pool, spec, order.team, record.demand)


def check_kinds(pool: Address, spec: Pool) -> None:
    """See that a pool's GPUs are of one kind, as this machine has no word by which to tell several apart.

    Raises:
        Refused: they are of several.
    """
    if len(spec.capacity.gpu_kinds) > 1:
        kinds = " and ".join(sorted(spec.capacity.gpu_kinds))
        raise Refused(f"{pool} has gpus of kinds {kinds}, and this machine can't tell them apart", "give it one kind")
