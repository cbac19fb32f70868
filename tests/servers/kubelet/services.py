"""The names of services: what a cluster's DNS and kube-proxy do together, as a file that every Python of a pod reads.

`services.json` maps `<service>.<namespace>` to its ports, and each port to where ready pods listen. Pods are found by
the service's selector: the API server takes no EndpointSlice with an address of the loopback, as all pods have here.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from pathlib import Path

import httpx

from tests.servers.kubelet.client import Client, Object

FILE = "services.json"
INTERVAL = 0.25
"""Seconds between two looks: a name is as old as that at the most."""

_log = logging.getLogger("kubelet")
Table = dict[str, dict[str, list[tuple[str, int]]]]


async def tell_services(client: Client, selector: str, path: Path) -> None:
    """Keep a file as the API server tells, for ever."""
    told: Table | None = None
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            pods = await client.list("/api/v1/pods", labelSelector=selector)
            found = table(await client.list("/api/v1/services"), pods)
        except httpx.HTTPError as failure:
            _log.info("looking at services: %r", failure)
        else:
            if found != told:
                part = path.with_suffix(".part")
                part.write_text(json.dumps(found), "utf-8")
                part.replace(path)
                told = found
        await asyncio.sleep(INTERVAL)


def table(services: Iterable[Object], pods: Iterable[Object]) -> Table:
    """Return where the ports of each service lead to: to the pods that its selector picks and that are ready."""
    ready = [pod for pod in pods if _is_ready(pod)]
    found = {}
    for service in services:
        metadata, spec = service["metadata"], service["spec"]
        behind = [pod for pod in ready if _is_picked(pod, metadata["namespace"], spec.get("selector") or {})]
        ports = {str(port["port"]): sorted(_behind(port, behind)) for port in spec.get("ports", ())}
        found[f"{metadata['name']}.{metadata['namespace']}"] = ports
    return found


def _is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _is_picked(pod: Object, namespace: str, selector: dict[str, str]) -> bool:
    metadata = pod["metadata"]
    return metadata["namespace"] == namespace and bool(selector) and selector.items() <= metadata["labels"].items()


def _behind(port: Object, pods: Iterable[Object]) -> Iterable[tuple[str, int]]:
    target = port.get("targetPort") or port["port"]
    for pod in pods:
        declared = [p for container in pod["spec"]["containers"] for p in container.get("ports", ())]
        number = next((p["containerPort"] for p in declared if p.get("name") == target), target)
        if isinstance(number, int):
            yield pod["status"]["podIP"], number
