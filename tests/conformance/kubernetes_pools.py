"""The pool of a real cluster: a namespace of its own, and a service account that may do what `rbac.yaml` says."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from reconciler.conformance.pools import SHORT_JOB
from reconciler.providers.pools.kubernetes import KubernetesPool
from reconciler.wire import Answer, Call
from tests.conformance.pools import WallClock
from tests.servers.process import until

if TYPE_CHECKING:
    from tests.servers.kubernetes import Cluster

RBAC = Path(__file__).parents[2] / "docs/engines/kubernetes/rbac.yaml"
GPU_LABEL = "nvidia.com/gpu.product"
GPU_KINDS = {"a100": {GPU_LABEL: "NVIDIA-A100-SXM4-80GB"}, "t4": {GPU_LABEL: "Tesla-T4"}}


class KubernetesPoolBench:
    """A namespace of a cluster; its jobs are processes that the stand-in for the kubelet starts."""

    def __init__(self, cluster: "Cluster", namespace: str) -> None:
        self._rules = _rules()["Role"]
        token = cluster.create_user(namespace, "setpoint", self._rules, _rules()["ClusterRole"])
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
        return KubernetesPool(WallClock(), **{**self.options, **options})

    def pass_time(self) -> None:
        time.sleep(0.05)

    def close(self) -> None:
        pool = self.open()
        for name in pool.list().pools:
            pool.configure(name, None)

    def count_calls(self, pool: KubernetesPool) -> list[str]:
        """Return a list that grows by each call that a pool makes from now on."""
        asked: list[str] = []
        wire = pool._kubernetes._wire
        send = wire.send

        def counted(call: Call) -> Answer:
            asked.append(f"{call.method} {call.target}")
            return send(call)

        wire.send = counted  # type: ignore[method-assign]
        return asked

    def take_right(self, verb: str, resource: str, group: str) -> None:
        """Take one right away from the service account."""
        for rule in self._rules:
            if resource in rule["resources"]:
                rule["verbs"] = [one for one in rule["verbs"] if one != verb]
        self._write_rules()
        until(lambda: not self._may(verb, resource, group), f"{verb} {resource} to be forbidden")

    def give_rights(self, verb: str, resource: str, group: str) -> None:
        """Give the service account all its rights again, that one among them."""
        self._rules = _rules()["Role"]
        self._write_rules()
        until(lambda: self._may(verb, resource, group), f"{verb} {resource} to be allowed")

    def _write_rules(self) -> None:
        metadata = {"name": f"setpoint-{self.namespace}", "namespace": self.namespace}
        version = "rbac.authorization.k8s.io/v1"
        self.cluster.admin.apply({"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": self._rules})

    def _may(self, verb: str, resource: str, group: str) -> bool:
        asked = {"namespace": self.namespace, "verb": verb, "resource": resource, "group": group}
        spec = {"user": f"system:serviceaccount:{self.namespace}:setpoint", "resourceAttributes": asked}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        answer = self.cluster.admin.http.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", json=review)
        return bool(answer.raise_for_status().json()["status"]["allowed"])


def _rules() -> dict[str, Any]:
    """Return the rules of the manifest that is shipped, by the kind of their role."""
    return {one["kind"]: one["rules"] for one in yaml.safe_load_all(RBAC.read_text("utf-8")) if "rules" in one}
