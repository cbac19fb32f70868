"""The names of services: what a cluster's DNS and kube-proxy do together, as a file that every Python of a pod reads.

`services.json` maps `<service>.<namespace>` to its ports, and each port to where ready pods listen. Pods are found by
the service's selector: the API server takes no EndpointSlice with an address of the loopback, as all pods have here.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import httpx

from tests.servers.kubelet.client import Client, Object

FILE = "services.json"
INTERVAL = 0.25
"""Seconds between two looks: a name is as old as that at the most."""

_log = logging.getLogger("kubelet")
Table = dict[str, dict[str, list[tuple[str, int]]]]
Lead = Callable[[Sequence[Object], Sequence[Object]], Awaitable[None]]
"""Is given all services and the pods that are ready."""


async def tell_services(client: Client, selector: str, path: Path, lead: Lead) -> None:
    """Keep a file, and what listens at the services' addresses, as the API server tells, for ever."""
    told: Table | None = None
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            pods = await client.list("/api/v1/pods", labelSelector=selector)
            services = await client.list("/api/v1/services")
        except httpx.HTTPError as failure:
            _log.info("looking at services: %r", failure)
        else:
            ready = [pod for pod in pods if _is_ready(pod)]
            await lead(services, ready)
            if (found := table(services, ready)) != told:
                part = path.with_suffix(".part")
                part.write_text(json.dumps(found), "utf-8")
                part.replace(path)
                told = found
        await asyncio.sleep(INTERVAL)


def table(services: Iterable[Object], ready: Iterable[Object]) -> Table:
    """Return where the ports of each service lead to: to the ready pods that its selector picks."""
    return {
        f"{one['metadata']['name']}.{one['metadata']['namespace']}": {
            str(port["port"]): sorted(behind(one, port, ready)) for port in one["spec"].get("ports", ())
        }
        for one in services
    }


def behind(service: Object, port: Object, ready: Iterable[Object]) -> Iterable[tuple[str, int]]:
    """Yield where the pods behind a service listen for one of its ports."""
    namespace, selector = service["metadata"]["namespace"], service["spec"].get("selector") or {}
    target = port.get("targetPort") or port["port"]
    for pod in (one for one in ready if _is_picked(one, namespace, selector)):
        declared = [p for container in pod["spec"]["containers"] for p in container.get("ports", ())]
        number = next((p["containerPort"] for p in declared if p.get("name") == target), target)
        if isinstance(number, int):
            yield pod["status"]["podIP"], number


def _is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _is_picked(pod: Object, namespace: str, selector: dict[str, str]) -> bool:
    metadata = pod["metadata"]
    return metadata["namespace"] == namespace and bool(selector) and selector.items() <= metadata["labels"].items()
