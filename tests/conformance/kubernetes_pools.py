"""The pool of a real cluster: a namespace of its own, and a service account that may do what `rbac.yaml` says."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.providers.pools.kubernetes import KubernetesPool
from tests.conformance.pools import SHORT_JOB

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

RBAC = Path(__file__).parents[2] / "docs/engines/kubernetes/rbac.yaml"
GPU_LABEL = "nvidia.com/gpu.product"
GPU_KINDS = {"a100": {GPU_LABEL: "NVIDIA-A100-SXM4-80GB"}, "t4": {GPU_LABEL: "Tesla-T4"}}


class KubernetesPoolBench:
    """A namespace of a cluster; its jobs are processes that the stand-in for the kubelet starts."""

    def __init__(self, cluster: "Cluster", namespace: str) -> None:
        rules = {rule["kind"]: rule["rules"] for rule in yaml.safe_load_all(RBAC.read_text("utf-8")) if "rules" in rule}
        token = cluster.create_user(namespace, "setpoint", rules["Role"], rules["ClusterRole"])
        self.cluster = cluster
        self.namespace = namespace
        self.options: dict[str, Any] = {
            "kubeconfig": str(cluster.place.kubeconfig_of(f"{namespace}-setpoint", token)),
            "namespace": namespace,
            "image": "runners",
            "command": [sys.executable, "-I", "-S", str(SHORT_JOB)],
            "gpu_kinds": GPU_KINDS,
        }

    def open(self, **options: Any) -> KubernetesPool:
        return KubernetesPool(**{**self.options, **options})

    def pass_time(self) -> None:
        time.sleep(0.05)

    def close(self) -> None:
        pool = self.open()
        for name in pool.list().pools:
            pool.configure(name, None)
