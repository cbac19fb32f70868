"""From an order to manifests: the Job of an attempt, the Secret that it owns, the Service by which its nodes meet.

What a Job says is seen by whoever may read jobs, so it refers to secrets and never holds one.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.kubernetes import Manifest
from reconciler.model.errors import Refused
from reconciler.ports.pool import JobOrder, order_as_json, request_as_json
from reconciler.providers.pools.kubernetes import kinds, names
from runners.contract import variables
from runners.contract.secrets import PREFIX

RENDEZVOUS = "setpoint-rendezvous"
"""The Service in whose subdomain the nodes of a job find one another."""
PORT = 29400
"""Where the first node of a job listens for the others, as torchrun does."""
REQUEST_FOLDER = "/etc/setpoint"
LARGEST_REQUEST = 200_000
"""Bytes; annotations of a thing may have 256 KiB in all."""
GRACE = 30
"""Seconds that a job has to end after SIGTERM."""


@dataclass(frozen=True, slots=True)
class PodSettings:
    """What all jobs of an environment have in common. `gpu_kinds` maps kinds to the labels of nodes that have them."""

    namespace: str
    image: str
    command: Sequence[str] = ("python", "-m", "runners")
    service_account: str = ""
    secrets: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    gpu: str = "nvidia.com/gpu"
    gpu_kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pod: Mapping[str, Any] = field(default_factory=dict)
    mounts: Sequence[Mapping[str, Any]] = ()


def job(order: JobOrder, queue: str, settings: PodSettings) -> Manifest:
    """Return the Job of an order, suspended: Kueue lets it go.

    Raises:
        Refused: its request is too large, or asks for a kind of GPU that no labels are known for.
    """
    name, nodes = names.job_name(order.run, order.attempt), order.resources.nodes
    indexed = {"completionMode": "Indexed"} if nodes > 1 else {}
    return {
        "metadata": {
            "name": name,
            "namespace": settings.namespace,
            "labels": {
                **_labels(order, settings),
                kinds.QUEUE: queue,
                kinds.PRIORITY: names.priority(settings.namespace, order.run),
            },
            "annotations": {kinds.ORDER: json.dumps(order_as_json(order))},
        },
        "spec": {
            "suspend": True,
            "completions": nodes,
            "parallelism": nodes,
            **indexed,
            "backoffLimit": 0,
            "activeDeadlineSeconds": max(1, math.ceil(order.timeout)),
            "podFailurePolicy": _FAILURES,
            "template": _template(order, name, settings),
        },
    }


_FAILURES = {
    "rules": [
        {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
        {"action": "FailJob", "onExitCodes": {"containerName": kinds.CONTAINER, "operator": "NotIn", "values": [0]}},
    ]
}
"""No pod is tried again, as attempts are the daemon's; and the Job keeps the exit code when its pod is gone."""


def secret(order: JobOrder, settings: PodSettings, owner: Manifest | None = None) -> Manifest:
    """Return the Secret of an order; with the Job that owns it, it goes when that goes."""
    name = names.job_name(order.run, order.attempt)
    owners = [{"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": owner["metadata"]["uid"]}] if owner else []
    return {
        "metadata": {
            "name": names.secret_name(name),
            "namespace": settings.namespace,
            "labels": _labels(order, settings),
            "ownerReferences": owners,
        },
        "stringData": dict(order.secrets),
    }


def rendezvous(settings: PodSettings) -> Manifest:
    """Return the Service that gives a host name to each node of a job, before the node is ready too."""
    return {
        "metadata": {"name": RENDEZVOUS, "namespace": settings.namespace, "labels": dict(kinds.MANAGED_BY)},
        "spec": {"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {kinds.RENDEZVOUS: "true"}},
    }


def _labels(order: JobOrder, settings: PodSettings) -> dict[str, str]:
    return {
        **settings.labels,
        **kinds.MANAGED_BY,
        kinds.RUN: names.digest_of(order.run),
        kinds.POOL: order.pool.rpartition("/")[2],
        kinds.TEAM: order.team,
    }


def _template(order: JobOrder, job_name: str, settings: PodSettings) -> Manifest:
    together = order.resources.nodes > 1
    request = request_as_json(order)
    if len(request) > LARGEST_REQUEST:
        hint = "let the job read what is large from its code or its dataset"
        raise Refused(f"the request of {order.run} has {len(request)} bytes, more than {LARGEST_REQUEST}", hint)
    account = {"serviceAccountName": settings.service_account} if settings.service_account else {}
    return {
        "metadata": {
            "labels": _labels(order, settings) | ({kinds.RENDEZVOUS: "true"} if together else {}),
            "annotations": {kinds.REQUEST: request},
        },
        "spec": {
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            **settings.pod,
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": GRACE,
            **account,
            **({"subdomain": RENDEZVOUS} if together else {}),
            **_nodes(order, settings),
            "containers": [_container(order, job_name, settings)],
            "volumes": [*_VOLUMES, *settings.pod.get("volumes", ())],
        },
    }


_VOLUMES: Sequence[Manifest] = (
    {
        "name": "request",
        "downwardAPI": {
            "items": [{"path": "request.json", "fieldRef": {"fieldPath": f"metadata.annotations['{kinds.REQUEST}']"}}]
        },
    },
    {"name": "shared-memory", "emptyDir": {"medium": "Memory"}},
)


def _nodes(order: JobOrder, settings: PodSettings) -> Manifest:
    """Return which nodes will do: those with the kind of GPU that is asked for."""
    kind = order.resources.gpu_kind
    if not kind:
        return {}
    if kind not in settings.gpu_kinds:
        hint = f"name them in environment.yaml: pool.gpu_kinds.{kind}"
        raise Refused(f"no labels are known of nodes that have gpus of kind {kind}", hint)
    return {"nodeSelector": {**settings.pod.get("nodeSelector", {}), **settings.gpu_kinds[kind]}}


def _container(order: JobOrder, job_name: str, settings: PodSettings) -> Manifest:
    told = [{"prefix": PREFIX, "secretRef": {"name": settings.secrets}}] if settings.secrets else []
    own = [{"secretRef": {"name": names.secret_name(job_name)}}] if order.secrets else []
    return {
        "name": kinds.CONTAINER,
        "image": order.image or settings.image,
        "command": [*settings.command, f"{REQUEST_FOLDER}/request.json"],
        "env": _environment(order, job_name),
        "envFrom": [*told, *own],
        "resources": _resources(order, settings),
        "securityContext": {"allowPrivilegeEscalation": False},
        "volumeMounts": [
            {"name": "request", "mountPath": REQUEST_FOLDER, "readOnly": True},
            {"name": "shared-memory", "mountPath": "/dev/shm"},
            *(dict(mount) for mount in settings.mounts),
        ],
    }


def _resources(order: JobOrder, settings: PodSettings) -> Manifest:
    """Return what a node of the job gets: memory is a limit too, cores are not, so that idle ones are of use."""
    asked = order.resources
    gpus = {settings.gpu: str(asked.gpus)} if asked.gpus else {}
    memory = str(round(asked.memory))
    return {
        "requests": {"cpu": f"{round(asked.cpus * 1000)}m", "memory": memory, **gpus},
        "limits": {"memory": memory, **gpus},
    }


def _environment(order: JobOrder, job_name: str) -> list[dict[str, Any]]:
    asked = order.resources
    run = order.run.replace("$(", "$$(")
    told = variables.told(run, order.attempt, cpus=asked.cpus, memory=asked.memory, gpus=asked.gpus)
    found: list[dict[str, Any]] = [{"name": name, "value": value} for name, value in told.items()]
    return [*found, *_meeting(job_name, asked.nodes)] if asked.nodes > 1 else found


def _meeting(job_name: str, nodes: int) -> list[dict[str, Any]]:
    """Return the variables by which the nodes of a job find one another, those of torch's `env://`."""
    told = {"WORLD_SIZE": str(nodes), "MASTER_ADDR": f"{job_name}-0.{RENDEZVOUS}", "MASTER_PORT": str(PORT)}
    rank = {"name": "RANK", "valueFrom": {"fieldRef": {"fieldPath": f"metadata.annotations['{kinds.INDEX}']"}}}
    return [*({"name": name, "value": value} for name, value in told.items()), rank]
