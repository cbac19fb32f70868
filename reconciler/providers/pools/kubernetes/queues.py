"""From a pool's spec to Kueue's objects: flavours, a cohort, and for each team a ClusterQueue and a LocalQueue.

What is written here is all that we own of these objects; status and defaults belong to Kueue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.kubernetes import Kind, Manifest
from reconciler.model.ids import Address, name_of
from reconciler.model.kinds.pools import Pool
from reconciler.plugins.refusals import demand, without_labels
from reconciler.providers.pools.kubernetes import kinds, names
from reconciler.providers.pools.kubernetes.manifests import PodSettings
from reconciler.providers.pools.kubernetes.quotas import CPU, GPU, MEMORY, REST, Quota, Resource, quotas, written

URGENT, USUAL = 100, 0
"""Values of the two priority classes."""
GPU_FLAVOR = "gpu"


@dataclass(frozen=True, slots=True)
class Piece:
    """One object of a pool."""

    kind: Kind
    manifest: Manifest

    @property
    def name(self) -> str:
        """Return its name."""
        name: str = self.manifest["metadata"]["name"]
        return name


def pieces(pool: Address, spec: Pool, settings: PodSettings) -> list[Piece]:
    """Return all objects of a pool in the order in which they are made; the last tells that all others are there.

    Raises:
        Refused: a kind of GPU has no labels in the environment's file, or a limit can't be told by Kueue.
    """
    shares = quotas(spec)
    named = [team for team in shares if team != REST]
    return [
        *_flavors(pool, spec, settings),
        *_priorities(settings),
        Piece(
            kinds.COHORTS, {"metadata": _metadata(names.cohort(settings.namespace, pool), pool, settings), "spec": {}}
        ),
        *(_cluster_queue(pool, team, shares[team], spec, settings) for team in named),
        *(_local_queue(pool, team, settings) for team in (*named, REST)),
        _cluster_queue(pool, REST, shares[REST], spec, settings),
    ]


def _flavors(pool: Address, spec: Pool, settings: PodSettings) -> Iterator[Piece]:
    yield _flavor(pool, "", {}, settings)
    demand(without_labels(spec, settings.gpu_kinds))
    for kind in _gpu_flavors(spec):
        tolerated = [{"key": settings.gpu, "operator": "Exists", "effect": "NoSchedule"}]
        labels = dict(settings.gpu_kinds.get(kind, {})) if kind != GPU_FLAVOR else {}
        spec_of = {"tolerations": tolerated} | ({"nodeLabels": labels} if labels else {})
        yield _flavor(pool, kind, spec_of, settings)


def _flavor(pool: Address, kind: str, spec: Manifest, settings: PodSettings) -> Piece:
    metadata = _metadata(names.flavor(settings.namespace, pool, kind), pool, settings)
    return Piece(kinds.FLAVORS, {"metadata": metadata, "spec": spec})


def _priorities(settings: PodSettings) -> Iterator[Piece]:
    for urgent, value in ((True, URGENT), (False, USUAL)):
        name = names.priority_class(settings.namespace, urgent=urgent)
        labels = {**kinds.MANAGED_BY, kinds.NAMESPACE: settings.namespace}
        what = "what others wait for: releases and reports" if urgent else "all other jobs"
        yield Piece(
            kinds.PRIORITIES, {"metadata": {"name": name, "labels": labels}, "value": value, "description": what}
        )


def _gpu_flavors(spec: Pool) -> list[str]:
    """Return the names of the kinds of GPUs of a pool, or of the one flavour for all where it tells none."""
    return sorted(spec.capacity.gpu_kinds) or ([GPU_FLAVOR] if spec.capacity.gpus else [])


def _cluster_queue(pool: Address, team: str, quota: Quota, spec: Pool, settings: PodSettings) -> Piece:
    metadata = _metadata(names.cluster_queue(settings.namespace, pool, team), pool, settings, team)
    metadata["annotations"] = {kinds.SPEC: spec.model_dump_json(exclude_unset=True)}
    gpus = [_quotas(pool, kind, quota, settings) for kind in _gpu_flavors(spec)]
    groups = [
        {"coveredResources": ["cpu", "memory"], "flavors": [_quotas(pool, "", quota, settings)]},
        *([{"coveredResources": [settings.gpu], "flavors": gpus}] if gpus else []),
    ]
    described = {
        "cohort": names.cohort(settings.namespace, pool),
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": settings.namespace}},
        "queueingStrategy": "BestEffortFIFO",
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "Never"},
        "fairSharing": {"weight": written(max(1, round(quota.weight * 1000)), (CPU, ""))},
        "resourceGroups": groups,
    }
    return Piece(kinds.CLUSTER_QUEUES, {"metadata": metadata, "spec": described})


def _quotas(pool: Address, gpu_kind: str, quota: Quota, settings: PodSettings) -> Manifest:
    """Return what a team has of one flavour."""
    resources: Mapping[str, Resource] = (
        {settings.gpu: (GPU, gpu_kind if gpu_kind != GPU_FLAVOR else "")}
        if gpu_kind
        else {"cpu": (CPU, ""), "memory": (MEMORY, "")}
    )
    return {
        "name": names.flavor(settings.namespace, pool, gpu_kind),
        "resources": [_quota(name, resource, quota) for name, resource in resources.items()],
    }


def _quota(name: str, resource: Resource, quota: Quota) -> Manifest:
    nominal = quota.nominal[resource]
    told = {"name": name, "nominalQuota": written(nominal, resource)}
    if resource in quota.most:
        told["borrowingLimit"] = written(quota.most[resource] - nominal, resource)
    return told


def _local_queue(pool: Address, team: str, settings: PodSettings) -> Piece:
    metadata = _metadata(names.local_queue(pool, team), pool, settings, team)
    metadata["namespace"] = settings.namespace
    drawn = names.cluster_queue(settings.namespace, pool, team)
    return Piece(kinds.LOCAL_QUEUES, {"metadata": metadata, "spec": {"clusterQueue": drawn}})


def _metadata(name: str, pool: Address, settings: PodSettings, team: str = "") -> Manifest:
    labels = {**kinds.MANAGED_BY, kinds.POOL: name_of(pool), kinds.NAMESPACE: settings.namespace}
    return {"name": name, "labels": labels | ({kinds.TEAM: team} if team else {})}
