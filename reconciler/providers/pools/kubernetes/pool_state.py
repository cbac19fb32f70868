"""The pools as they stand in the cluster: how each is configured, what was changed by hand, who uses what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from reconciler.kubernetes import Kind, Manifest
from reconciler.model.errors import Refused
from reconciler.model.ids import Address, address
from reconciler.model.kinds.pools import Pool
from reconciler.model.observed import Use
from reconciler.model.quantity import parse_quantity
from reconciler.providers.pools.kubernetes import kinds
from reconciler.providers.pools.kubernetes.drift import difference
from reconciler.providers.pools.kubernetes.manifests import PodSettings
from reconciler.providers.pools.kubernetes.queues import Piece, pieces

Found = Mapping[tuple[str, str], Manifest]
"""All objects of ours by kind and name."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What a look at Kueue's objects comes to. `pieces` are those of each pool that are there, its own only."""

    pools: Mapping[Address, Pool] = field(default_factory=dict)
    drifted: Mapping[Address, str] = field(default_factory=dict)
    use: Mapping[Address, Mapping[str, Use]] = field(default_factory=dict)
    pieces: Mapping[Address, tuple[Piece, ...]] = field(default_factory=dict)


def phase(there: Iterable[Piece], settings: PodSettings) -> Phase:
    """Tell how the pools stand, from all objects of this namespace."""
    of_pool: dict[Address, list[Piece]] = {}
    shared: list[Piece] = []
    for piece in there:
        name = piece.manifest["metadata"].get("labels", {}).get(kinds.POOL)
        (of_pool.setdefault(address("pools", name), []) if name else shared).append(piece)
    pools = {pool: spec for pool, found in sorted(of_pool.items()) if (spec := _spec(found)) is not None}
    drifted = {pool: _drift(pool, spec, [*of_pool[pool], *shared], settings) for pool, spec in pools.items()}
    return Phase(
        pools,
        {pool: told for pool, told in drifted.items() if told},
        {pool: _use(of_pool[pool], settings) for pool in pools},
        {pool: tuple(found) for pool, found in of_pool.items()},
    )


def _queues(found: Iterable[Piece]) -> list[Piece]:
    """Return a pool's ClusterQueues, first that of the teams that aren't named, which is written last."""
    queues = [piece for piece in found if piece.kind == kinds.CLUSTER_QUEUES]
    return sorted(queues, key=lambda piece: piece.manifest["metadata"].get("labels", {}).get(kinds.TEAM, ""))


def _spec(found: Iterable[Piece]) -> Pool | None:
    for piece in _queues(found):
        try:
            return Pool.model_validate_json(piece.manifest["metadata"].get("annotations", {}).get(kinds.SPEC, ""))
        except ValidationError:
            continue
    return None


def _drift(pool: Address, spec: Pool, there: list[Piece], settings: PodSettings) -> str:
    """Tell what isn't as it was configured; a pool that is going is let go."""
    if any("deletionTimestamp" in piece.manifest["metadata"] for piece in there):
        return ""
    try:
        wanted = pieces(pool, spec, settings)
    except Refused:
        return "its spec fits the environment no more"
    known = {(piece.kind.name, piece.name): piece.manifest for piece in there}
    for piece in wanted:
        actual = known.pop((piece.kind.name, piece.name), None)
        if actual is None:
            return f"{piece.kind.name} {piece.name} is gone"
        if where := difference(piece.manifest, actual):
            return f"{piece.kind.name} {piece.name} was changed by hand: {where}"
    left = sorted(f"{kind} {name}" for kind, name in known)
    return f"{left[0]} is left over" if left else ""


def _use(found: Iterable[Piece], settings: PodSettings) -> dict[str, Use]:
    """Return what each team uses, of that what it has borrowed; teams that aren't named are together."""
    names = {"cpu": "cpus", "memory": "memory", settings.gpu: "gpus"}
    told: dict[str, Use] = {}
    for piece in _queues(found):
        flavors = piece.manifest.get("status", {}).get("flavorsReservation") or ()
        resources = [one for flavor in flavors for one in flavor.get("resources") or () if one["name"] in names]
        team = piece.manifest["metadata"]["labels"].get(kinds.TEAM, "")
        told[team] = Use(_sums(resources, "total", names), _sums(resources, "borrowed", names))
    return {team: use for team, use in told.items() if use.used or team}


def _sums(resources: Iterable[Manifest], field: str, names: Mapping[str, str]) -> dict[str, float]:
    """Add up one figure of each resource, over all flavours; what is nothing is left out."""
    sums: dict[str, float] = {}
    for resource in resources:
        name = names[resource["name"]]
        sums[name] = sums.get(name, 0.0) + parse_quantity(resource.get(field, 0))
    return {name: amount for name, amount in sums.items() if amount}


def read_piece(kind: Kind, manifest: Manifest) -> Piece:
    """Return an object with nothing that only costs memory."""
    manifest["metadata"].pop("managedFields", None)
    return Piece(kind, manifest)
