"""KServe as the tests start it: in Standard mode (plain Deployments), its controller beside the API server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.building import home_of
from tests.servers.kubernetes.api import Manifest
from tests.servers.kubernetes.place import Place
from tests.servers.kubernetes.webhooks import documents, redirected
from tests.servers.mlserver.commands import MLSERVER, STORAGE_INITIALIZER
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.servers.recipes import KSERVE

NAMESPACE = "kserve"
KINDS = "serving.kserve.io_*.yaml"
SETTINGS: dict[str, dict[str, Any]] = {
    "deploy": {"defaultDeploymentMode": "Standard"},
    "ingress": {
        "ingressGateway": "kserve/kserve-ingress-gateway",
        "ingressDomain": "example.com",
        "ingressClassName": "none",
        "domainTemplate": "{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}",
        "urlScheme": "http",
        "disableIngressCreation": True,
        "disableIstioVirtualHost": True,
    },
}
"""What differs from the config map of its module."""


class KServe:
    """The controller's process, and what must be in the cluster before it starts."""

    def __init__(self, place: Place) -> None:
        self._place, self._port, self._health = place, free_port(), f"{LOOPBACK}:{free_port()}"
        command = [
            home_of(KSERVE) / "kserve",
            f"--kubeconfig={place.kubeconfig('kserve')}",
            "--metrics-addr=0",
            f"--health-probe-addr={self._health}",
            f"--webhook-port={self._port}",
        ]
        url = f"http://{self._health}/readyz"
        environ = {"TMPDIR": str(self._temporary()), "POD_NAMESPACE": NAMESPACE}
        self.process = Process("kserve", command, place.log("kserve"), lambda: answers(url), environ)

    def definitions(self) -> Iterator[Manifest]:
        """Yield its kinds, and the namespace that it lives in."""
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        folder = home_of(KSERVE) / "crds"
        for path in sorted([*folder.glob(KINDS), *folder.glob(f"clusterstoragecontainer/{KINDS}")]):
            yield from documents(path)

    def manifests(self) -> Iterator[Manifest]:
        """Yield its configuration, one of its runtimes and its webhooks."""
        home = home_of(KSERVE)
        (config,) = documents(home / "configmap.yaml")
        data = {name: text for name, text in config["data"].items() if not name.startswith("_")}
        config["data"] = data | {name: json.dumps(setting) for name, setting in SETTINGS.items()}
        yield config | {"metadata": {"name": config["metadata"]["name"], "namespace": NAMESPACE}}
        (storage,) = documents(home / "storage.yaml")
        storage["spec"]["container"]["image"] = f"{STORAGE_INITIALIZER}:latest"
        yield storage
        (runtime,) = documents(home / "mlserver.yaml")
        runtime["spec"]["containers"][0]["image"] = f"{MLSERVER}:latest"
        yield runtime
        authority = self._place.authority.files.certificate
        for manifest in documents(home / "webhooks.yaml"):
            yield redirected(manifest, self._port, authority, lambda _: True)

    def _temporary(self) -> Path:
        """Return a folder for temporary files: that is where KServe looks for its certificate."""
        folder = self._place.folder / "kserve"
        certificates = folder / "k8s-webhook-server/serving-certs"
        certificates.mkdir(parents=True, exist_ok=True)
        (certificates / "tls.crt").write_bytes(self._place.server.certificate.read_bytes())
        (certificates / "tls.key").write_bytes(self._place.server.key.read_bytes())
        return folder
