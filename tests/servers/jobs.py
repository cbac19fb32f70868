"""Jobs and endpoints that the tests of the servers run: small, and ours by their label."""

from typing import Any

from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import Manifest
from tests.servers.kwok.server import MANAGED_BY, OURS

LABELS = {MANAGED_BY: OURS}


def job(name: str, namespace: str, *command: str, gpus: int = 1, **more: Any) -> Manifest:
    """Return a job of one container. `container`, `pod`, `labels` and `spec` add to its parts."""
    container = {
        "name": "main",
        "image": "setpoint",
        "command": list(command),
        "resources": {"limits": {"nvidia.com/gpu": str(gpus)}} if gpus else {},
        **more.get("container", {}),
    }
    pod = {"restartPolicy": "Never", "containers": [container], **more.get("pod", {})}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, "labels": LABELS | more.get("labels", {})},
        "spec": {
            "backoffLimit": 0,
            "template": {"metadata": {"labels": LABELS}, "spec": pod},
            **more.get("spec", {}),
        },
    }


def run(cluster: Cluster, manifest: Manifest) -> Manifest:
    """Run a job to its end; return its pod."""
    cluster.admin.create(manifest)
    return wait_for_pod(cluster, manifest)


def wait_for_pod(cluster: Cluster, manifest: Manifest) -> Manifest:
    """Wait for the end of a job; return its pod."""
    where = Where.of(manifest)
    cluster.admin.wait(where, lambda one: {"Complete", "Failed"} & true_conditions(one), "over")
    (pod,) = pods(cluster, where.namespace, f"batch.kubernetes.io/job-name={where.name}")
    return pod


def true_conditions(thing: Manifest) -> set[str]:
    """Return the types of the conditions that hold."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return {one["type"] for one in conditions if one["status"] == "True"}


def pods(cluster: Cluster, namespace: str, selector: str = "") -> list[Manifest]:
    """Return the pods of a namespace."""
    return cluster.admin.list(Where("v1", "pods", "", namespace), labelSelector=selector)


def log_of(cluster: Cluster, pod: Manifest, **query: str) -> str:
    """Return the log of a pod, as the API server gets it from the kubelet."""
    answer = cluster.admin.http.get(f"{Where.of(pod | PODS).path}/log", params=query)
    return answer.raise_for_status().text


def ended(pod: Manifest) -> Manifest:
    """Return how the only container of a pod ended."""
    (container,) = pod["status"]["containerStatuses"]
    terminated: Manifest = container["state"]["terminated"]
    return terminated


PODS = {"apiVersion": "v1", "kind": "Pod"}
"""What an item of a list leaves out."""

PYTHON = ("python", "-c")
