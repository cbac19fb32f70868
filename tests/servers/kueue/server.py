"""Kueue as the tests start it: its own custom resources and webhooks, its controller beside the API server."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.servers.building import home_of
from tests.servers.kubernetes.api import Manifest
from tests.servers.kubernetes.place import Place
from tests.servers.kubernetes.webhooks import documents, groups, redirected
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers
from tests.servers.recipes import KUEUE

NAMESPACE = "kueue-system"
WATCHED = {"batch", "kueue.x-k8s.io"}
"""Whose webhooks are installed: those of jobs and of its own kinds. No others are queued."""


class Kueue:
    """The controller's process, and what must be in the cluster before it starts."""

    def __init__(self, place: Place) -> None:
        self._place, self._port, self._health = place, free_port(), f"{LOOPBACK}:{free_port()}"
        config = place.folder / "kueue.yaml"
        config.write_text(json.dumps(self._settings()), "utf-8")
        command = [
            home_of(KUEUE) / "kueue",
            f"--config={config}",
            f"--kubeconfig={place.kubeconfig('kueue')}",
            "--feature-gates=VisibilityOnDemand=false",
        ]
        url = f"http://{self._health}/readyz"
        self.process = Process("kueue", command, place.log("kueue"), lambda: answers(url))

    def definitions(self) -> Iterator[Manifest]:
        """Yield its kinds, and the namespace that it lives in."""
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        for path in sorted((home_of(KUEUE) / "crds").glob("*.yaml")):
            yield from documents(path)

    def manifests(self) -> Iterator[Manifest]:
        """Yield its certificate, and its webhooks."""
        yield self._certificate()
        for manifest in documents(home_of(KUEUE) / "webhooks.yaml"):
            authority = self._place.authority.files.certificate
            hooks = redirected(manifest, self._port, authority, lambda hook: groups(hook) <= WATCHED)
            yield hooks | {"metadata": {"name": f"kueue-{hooks['metadata']['name']}"}}

    def _settings(self) -> dict[str, Any]:
        return {
            "apiVersion": "config.kueue.x-k8s.io/v1beta1",
            "kind": "Configuration",
            "namespace": NAMESPACE,
            "health": {"healthProbeBindAddress": self._health},
            "metrics": {"bindAddress": "0"},
            "webhook": {"host": LOOPBACK, "port": self._port, "certDir": str(self._certificates())},
            "leaderElection": {"leaderElect": False},
            # Without this it looks for certificates in /etc.
            "internalCertManagement": {"enable": True},
            "clientConnection": {"qps": 500, "burst": 1000},
            "integrations": {"frameworks": ["batch/job"]},
            "fairSharing": {"enable": True},
        }

    def _certificates(self) -> Path:
        folder = self._place.folder / "certificates/kueue"
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in self._files().items():
            (folder / name).write_bytes(path.read_bytes())
        return folder

    def _files(self) -> dict[str, Path]:
        authority, server = self._place.authority.files, self._place.server
        return {"ca.crt": authority.certificate, "ca.key": authority.key} | {
            "tls.crt": server.certificate,
            "tls.key": server.key,
        }

    def _certificate(self) -> Manifest:
        """Return the secret that Kueue would fill if it weren't full."""
        data = {name: base64.b64encode(path.read_bytes()).decode() for name, path in self._files().items()}
        metadata = {"name": "kueue-webhook-server-cert", "namespace": NAMESPACE}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}
