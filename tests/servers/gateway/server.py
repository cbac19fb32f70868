"""Traefik as the tests start it: one entry point for each Gateway, and services reached by their own addresses."""

import sys
from pathlib import Path

from tests.servers.kubernetes.api import Manifest
from tests.servers.kubernetes.cluster import Cluster
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, answers

VERSION = "gateway.networking.k8s.io/v1"
CLASS, CONTROLLER = "traefik", "traefik.io/gateway-controller"


class Gateway:
    """Traefik's process, at `process`; `address` is where it answers, whatever the host that is asked for."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self._cluster, self.port = cluster, free_port()
        health = f"{LOOPBACK}:{free_port()}"
        flags = {
            "providers.kubernetesgateway.endpoint": cluster.url,
            "providers.kubernetesgateway.certauthfilepath": cluster.authority,
            "providers.kubernetesgateway.token": cluster.place.tokens["admin"],
            # The API server takes no EndpointSlice with addresses of the loopback, as all pods have here.
            "providers.kubernetesgateway.nativelbbydefault": "true",
            "providers.providersthrottleduration": "100ms",
            "entrypoints.web.address": f"{LOOPBACK}:{self.port}",
            "entrypoints.health.address": health,
            "ping.entrypoint": "health",
            "global.checknewversion": "false",
            "global.sendanonymoususage": "false",
            "log.level": "INFO",
            "log.nocolor": "true",
        }
        command = [Path(sys.executable).with_name("traefik"), *(f"--{flag}={value}" for flag, value in flags.items())]
        self.process = Process("traefik", command, folder / "traefik.log", lambda: answers(f"http://{health}/ping"))

    @property
    def address(self) -> str:
        """Return where it answers: a client names the host that it asks for in the header of that name."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it, with its class.

        Raises:
            ServerFailedError: it ended before it was ready, or took too long.
        """
        spec = {"controllerName": CONTROLLER}
        self._cluster.admin.apply(
            {"apiVersion": VERSION, "kind": "GatewayClass", "metadata": {"name": CLASS}, "spec": spec}
        )
        self.process.start()

    def stop(self) -> None:
        """End it; its class stays."""
        self.process.stop()

    def listen(self, namespace: str, name: str) -> Manifest:
        """Make a Gateway that takes the routes of all namespaces; return what was made."""
        listener = {
            "name": "web",
            "protocol": "HTTP",
            "port": self.port,
            "allowedRoutes": {"namespaces": {"from": "All"}},
        }
        return self._cluster.admin.apply(
            {
                "apiVersion": VERSION,
                "kind": "Gateway",
                "metadata": {"name": name, "namespace": namespace},
                "spec": {"gatewayClassName": CLASS, "listeners": [listener]},
            }
        )
