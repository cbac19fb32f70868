"""KServe's bench: InferenceServices in a namespace of their own, by the rights that the docs give the daemon."""

import secrets
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from reconciler.kubernetes import Access
from reconciler.kubernetes.access import Token
from reconciler.model.ids import Address, Digest, RunName
from reconciler.model.kinds.deployments import Replicas
from reconciler.model.kinds.spec import Resources
from reconciler.ports.serving import RevisionOrder
from reconciler.providers.serving.kserve import KServeServing
from tests.servers.kubernetes import Cluster, Where
from tests.servers.kubernetes.api import has_condition

ROOT = Path(__file__).parents[2]
RIGHTS = ROOT / "docs" / "engines" / "kserve" / "rbac.yaml"
PREDICTOR = (sys.executable, str(Path(__file__).with_name("predictor.py")))
GATEWAYS = {"internal": "gateways/inside", "public": "gateways/outside"}
BEHIND = {"gateways": GATEWAYS, "host": "https://{name}.models.example.org"}
INFERENCE_SERVICES = ("serving.kserve.io/v1beta1", "inferenceservices")
PODS, SERVICES = ("v1", "pods"), ("v1", "services")
PATIENCE = 60.0


class KServeBench:
    """A namespace of the test cluster. `options` are those of `environment.yaml`."""

    def __init__(self, _folder: Path, cluster: Cluster, **options: Any) -> None:
        self.cluster = cluster
        self.namespace = cluster.create_namespace(f"serving-{secrets.token_hex(4)}")
        roles = [one for one in yaml.safe_load_all(RIGHTS.read_text()) if one["kind"] == "Role"]
        token = cluster.create_user(self.namespace, "setpoint-serving", roles[0]["rules"])
        trust = ssl.create_default_context(cafile=str(cluster.authority))
        self.access = Access(cluster.url, self.namespace, trust, Token(token))
        self._options = {"image": "setpoint/runners:test", "command": PREDICTOR} | (options or BEHIND)

    def open(self, **more: Any) -> KServeServing:
        return KServeServing(**{"access": self.access, **self._options, **more})

    def pass_time(self) -> None:
        time.sleep(0.05)

    def order(
        self, deployment: Address, revision: Digest, replicas: Replicas, *, is_broken: bool = False, **more: Any
    ) -> RevisionOrder:
        trial = RunName("experiments/employment/0123456789ab")
        url = "fake://?refuse=its+digest+is+another" if is_broken else f"fake://?says={trial}"
        small = Resources(cpus=0.01, memory=2**20)
        return RevisionOrder(
            deployment, revision, trial, more.pop("url", url), "sha256:" + "a" * 64, replicas, small, **more
        )

    def place(self, kind: tuple[str, str], name: str = "") -> Where:
        """Return where a thing of the namespace is."""
        return Where(kind[0], kind[1], name, self.namespace)

    def addresses(self, service: str) -> list[str]:
        """Return where a Service leads: the ready pods that it selects. EndpointSlices take no loopback addresses."""
        spec = self.cluster.admin.get(self.place(SERVICES, service))["spec"]
        selector = ",".join(f"{name}={value}" for name, value in spec["selector"].items())
        pods = self.cluster.admin.list(self.place(PODS), labelSelector=selector)
        ready = [pod["status"]["podIP"] for pod in pods if has_condition(pod, "Ready")]
        return [f"http://{address}:{spec['ports'][0]['targetPort']}" for address in ready]

    def close(self) -> None:
        admin = self.cluster.admin
        for one in admin.list(self.place(INFERENCE_SERVICES)):
            admin.delete(self.place(INFERENCE_SERVICES, one["metadata"]["name"]))
        deadline = time.monotonic() + PATIENCE
        while admin.list(self.place(PODS)):
            assert time.monotonic() < deadline, "pods outlive the last endpoint"
            time.sleep(0.1)
        admin.delete(Where("v1", "namespaces", self.namespace))
