"""The nodes of the test cluster: eight GPUs of each of two kinds, and a machine without."""

from typing import Any

from tests.servers.kubernetes.api import Api, Where, checked
from tests.servers.ports import LOOPBACK

PLATFORM = {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}
GPU_LABEL = "nvidia.com/gpu.product"
NODES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "node-a100": ({GPU_LABEL: "NVIDIA-A100-SXM4-80GB"}, {"nvidia.com/gpu": "8"}),
    "node-t4": ({GPU_LABEL: "Tesla-T4"}, {"nvidia.com/gpu": "8"}),
    "node-cpu": ({}, {}),
}
"""Each node's labels, and what it has beyond CPUs and memory."""


def add_nodes(api: Api, kubelet_port: int) -> None:
    """Register the nodes; the log of what runs on them is served at this port."""
    for name, (labels, extra) in NODES.items():
        metadata = {"name": name, "labels": {"kubernetes.io/hostname": name, **PLATFORM, **labels}}
        api.apply({"apiVersion": "v1", "kind": "Node", "metadata": metadata})
        _tell(api, name, _status(name, extra, kubelet_port))


def _status(name: str, extra: dict[str, str], kubelet_port: int) -> dict[str, Any]:
    has = {"cpu": "64", "memory": "256Gi", "pods": "500", "ephemeral-storage": "1Ti", **extra}
    return {
        "capacity": has,
        "allocatable": has,
        "addresses": [{"type": "InternalIP", "address": LOOPBACK}, {"type": "Hostname", "address": name}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet_port}},
    }


def _tell(api: Api, name: str, status: dict[str, Any]) -> None:
    answer = api.http.patch(
        f"{Where('v1', 'nodes', name).path}/status",
        headers={"content-type": "application/merge-patch+json"},
        json={"status": status},
    )
    checked(answer)
