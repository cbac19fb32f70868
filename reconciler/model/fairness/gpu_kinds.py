"""Kinds of GPUs: which a pool has, and what asks for one that it hasn't."""

from reconciler.model.errors import Refused
from reconciler.model.ids import Address
from reconciler.model.kinds.pools import Pool
from reconciler.model.kinds.spec import Resources


def kind_refusal(pool: Address, spec: Pool, asked: Resources) -> str:
    """Tell why a pool, as it is configured now, can never give the kind of GPU that is asked for; empty if it can."""
    kinds, kind, wanted = spec.capacity.gpu_kinds, asked.gpu_kind, asked.gpus * asked.nodes
    if not kind or kinds.get(kind, 0) >= wanted:
        return ""
    if kind in kinds:
        return (
            f"asks for {wanted} gpus of kind {kind} and {pool} has {kinds[kind]}: "
            f"lower resources.gpus, or raise the pool's capacity.gpu_kinds.{kind}"
        )
    known = ", ".join(sorted(kinds)) or "no kinds"
    return (
        f"asks for gpus of kind {kind} and {pool} has {known}: "
        "name another in resources.gpu_kind, or add it to the pool's capacity.gpu_kinds"
    )


def one_kind(pool: Address, spec: Pool) -> None:
    """See that a pool's GPUs are of one kind, for engines that have no word by which to tell several apart.

    Raises:
        Refused: they are of several.
    """
    if len(spec.capacity.gpu_kinds) > 1:
        kinds = " and ".join(sorted(spec.capacity.gpu_kinds))
        what = f"{pool} has gpus of kinds {kinds}, and its engine can't tell them apart"
        raise Refused(what, "make a pool for each kind")
