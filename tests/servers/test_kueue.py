"""Kueue admits jobs as quotas allow: they run on the flavour that has room, and wait with a reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.jobs import job, pods, true_conditions
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import Manifest
from tests.servers.kubernetes.nodes import GPU_LABEL
from tests.servers.process import until

VERSION = "kueue.x-k8s.io/v1beta1"


def thing(kind: str, name: str, spec: Manifest, namespace: str = "") -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture
def queue(cluster: Cluster, namespace: str) -> Iterator[str]:
    """Return the name of a queue that may use one T4."""
    quota = [{"name": "t4", "resources": [{"name": "nvidia.com/gpu", "nominalQuota": 1}]}]
    groups: list[Any] = [{"coveredResources": ["nvidia.com/gpu"], "flavors": quota}]
    team = thing("ClusterQueue", namespace, {"namespaceSelector": {}, "resourceGroups": groups})
    cluster.admin.apply(thing("ResourceFlavor", "t4", {"nodeLabels": {GPU_LABEL: "Tesla-T4"}}))
    cluster.admin.apply(team)
    local = thing("LocalQueue", "team", {"clusterQueue": namespace}, namespace)
    cluster.admin.apply(local)
    cluster.admin.wait(Where.of(local), lambda one: "Active" in true_conditions(one), "active")
    yield "team"
    cluster.admin.delete(Where.of(team))


def reason(workload: Manifest) -> str:
    """Return why a workload has no quota yet."""
    conditions = workload.get("status", {}).get("conditions", ())
    return "".join(one["message"] for one in conditions if one["type"] == "QuotaReserved")


def test_a_job_is_admitted_and_runs_on_its_flavour(cluster: Cluster, namespace: str, queue: str) -> None:
    queued = job("queued", namespace, "true", labels={"kueue.x-k8s.io/queue-name": queue})
    cluster.admin.create(queued)
    cluster.admin.wait(Where.of(queued), lambda one: "Complete" in true_conditions(one), "complete")
    (pod,) = pods(cluster, namespace)
    assert pod["spec"]["nodeName"] == "node-t4"
    assert pod["status"]["phase"] == "Succeeded"


def test_a_job_beyond_the_quota_waits_and_says_why(cluster: Cluster, namespace: str, queue: str) -> None:
    first, second = (
        job(name, namespace, "sleep", "30", labels={"kueue.x-k8s.io/queue-name": queue}) for name in ("first", "second")
    )
    cluster.admin.create(first)
    cluster.admin.wait(Where.of(first), lambda one: one["status"].get("ready"), "running")
    made = cluster.admin.create(second)
    assert made["spec"]["suspend"] is True  # Kueue's webhook has seen it
    selector = f"kueue.x-k8s.io/job-uid={made['metadata']['uid']}"

    def workloads() -> list[Manifest]:
        return cluster.admin.list(Where(VERSION, "workloads", "", namespace), labelSelector=selector)

    until(workloads, "Kueue to see the job")
    (workload,) = workloads()
    where = Where(VERSION, "workloads", workload["metadata"]["name"], namespace)
    cluster.admin.wait(where, lambda one: "insufficient unused quota" in reason(one), "waiting for quota")
    cluster.admin.delete(Where.of(first))
    cluster.admin.wait(Where.of(second), lambda one: one["status"].get("ready"), "running")
