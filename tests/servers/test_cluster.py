"""The test cluster: its nodes, its rights, its state."""

import httpx
import pytest

from tests.servers.jobs import job, run
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.nodes import GPU_LABEL

READ_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}
READ_NODES = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["list"]}


def test_it_has_gpus_of_two_kinds(cluster: Cluster) -> None:
    nodes = cluster.admin.list(Where("v1", "nodes"))
    gpus = {node["metadata"]["labels"].get(GPU_LABEL): node["status"]["allocatable"] for node in nodes}
    assert {kind: has.get("nvidia.com/gpu", "0") for kind, has in gpus.items()} == {
        "NVIDIA-A100-SXM4-80GB": "8",
        "Tesla-T4": "8",
        None: "0",
    }


def test_a_user_may_do_what_the_rules_say_and_no_more(cluster: Cluster, namespace: str) -> None:
    api = cluster.api(cluster.create_user(namespace, "reader", [READ_PODS], [READ_NODES]))
    assert api.list(Where("v1", "pods", "", namespace)) == []
    assert api.list(Where("v1", "nodes"))
    for forbidden in (Where("v1", "secrets", "", namespace), Where("v1", "pods", "", "default")):
        with pytest.raises(httpx.HTTPStatusError, match="is forbidden"):
            api.list(forbidden)
    api.close()


def test_pods_of_others_are_faked(cluster: Cluster, namespace: str) -> None:
    theirs = job("theirs", namespace, "no-such-program")
    theirs["spec"]["template"]["metadata"]["labels"] = {}
    assert run(cluster, theirs)["status"]["phase"] == "Succeeded"


def test_its_state_outlives_it(own_cluster: Cluster) -> None:
    own_cluster.create_namespace("kept")
    for process in reversed(own_cluster.processes):
        process.kill()
    own_cluster.start()
    assert own_cluster.admin.find(Where("v1", "namespaces", "kept"))
    assert run(own_cluster, job("later", "kept", "true"))["status"]["phase"] == "Succeeded"


def test_without_its_api_server_jobs_go_on(own_cluster: Cluster) -> None:
    own_cluster.create_namespace("jobs")
    own_cluster.admin.create(job("long", "jobs", "sleep", "2"))
    where = Where("batch/v1", "jobs", "long", "jobs")
    own_cluster.admin.wait(where, lambda one: one.get("status", {}).get("ready"), "running")
    own_cluster.api_server.kill()
    own_cluster.api_server.start()
    own_cluster.admin.wait(where, lambda one: one.get("status", {}).get("succeeded"), "complete")
