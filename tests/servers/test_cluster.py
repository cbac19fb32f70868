"""The test cluster: its nodes, its rights, its state."""

import httpx
import pytest

from tests.servers.jobs import ended, job, run, wait_for_pod
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
    long = job("long", "kept", "sh", "-c", "sleep 2; exit 3")
    own_cluster.admin.create(long)
    own_cluster.admin.wait(Where.of(long), lambda one: one["status"].get("ready"), "running")
    own_cluster.api_server.kill()
    own_cluster.api_server.start()
    assert ended(wait_for_pod(own_cluster, long))["exitCode"] == 3  # its process went on, and its end is told


def test_what_ran_when_the_kubelet_died_is_lost(cluster: Cluster, namespace: str) -> None:
    lost = job("lost", namespace, "sleep", "60")
    cluster.admin.create(lost)
    cluster.admin.wait(Where.of(lost), lambda one: one["status"].get("ready"), "running")
    cluster.kubelet.kill()
    cluster.kubelet.start()
    assert wait_for_pod(cluster, lost)["status"]["reason"] == "ContainerStatusUnknown"
