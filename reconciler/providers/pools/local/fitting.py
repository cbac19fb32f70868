"""What fits this machine, and what never will."""

from collections.abc import Mapping

from reconciler.model.fairness.gpu_kinds import kind_refusal
from reconciler.model.fairness.shares import refusal
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.ports.pool import image_refusal
from reconciler.providers.pools.local.records import Record


def never_fits(pools: Mapping[Address, Pool], record: Record) -> str:
    """Tell why a job can never run in its pool as that is now; empty where it can, or where its pool isn't there."""
    order = record.order
    if order.pool not in pools:
        return ""
    if told := image_refusal(order):
        return told
    if order.resources.nodes > 1:
        return (
            f"asks for {order.resources.nodes} nodes and {order.pool} is one machine: "
            "set resources.nodes to 1, or use a cluster's pool"
        )
    spec = pools[order.pool]
    return kind_refusal(order.pool, spec, order.resources) or refusal(order.pool, spec, order.team, record.demand)
