"""Probes: whether a container is ready, and whether it still lives."""

import asyncio
import contextlib
import ssl
from pathlib import Path

import httpx

from tests.servers.kubelet.client import Object
from tests.servers.kubelet.scene import declared_ports

FASTEST, SLOWEST = 0.2, 1.0
"""Seconds between two looks whether a container is ready: tests don't wait as long as manifests say."""


class Probe:
    """One probe of a container, against its pod's address."""

    def __init__(self, probe: Object, container: Object, address: str, environ: dict[str, str]) -> None:
        self._probe, self._address, self._environ = probe, address, environ
        self._ports = {port.get("name"): port["containerPort"] for port in container.get("ports", ())}
        self._timeout = float(probe.get("timeoutSeconds", 1))
        self.delay = float(probe.get("initialDelaySeconds", 0))
        self.period = float(probe.get("periodSeconds", 10))
        self.failures = int(probe.get("failureThreshold", 3))

    @property
    def quick_period(self) -> float:
        """Return how long to wait between two looks when nobody is harmed by more of them."""
        return min(SLOWEST, max(FASTEST, self.period / 10))

    async def holds(self) -> bool:
        """Look once."""
        if action := self._probe.get("httpGet"):
            return await self._answers(action)
        if action := self._probe.get("exec"):
            return await self._succeeds(action["command"])
        action = self._probe.get("tcpSocket") or self._probe["grpc"]
        return await is_open(self._address, self._port(action["port"]), self._timeout)

    def _port(self, port: int | str) -> int:
        return self._ports[port] if port in self._ports else int(port)

    async def _answers(self, action: Object) -> bool:
        scheme = action.get("scheme", "HTTP").lower()
        url = f"{scheme}://{self._address}:{self._port(action['port'])}{action.get('path', '/')}"
        headers = {header["name"]: header["value"] for header in action.get("httpHeaders", ())}
        unchecked = ssl._create_unverified_context()  # a kubelet doesn't check either
        async with httpx.AsyncClient(verify=unchecked, timeout=self._timeout, trust_env=False) as client:
            try:
                return (await client.get(url, headers=headers)).status_code < 400
            except httpx.HTTPError:
                return False

    async def _succeeds(self, command: list[str]) -> bool:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=self._environ,
            cwd=Path(self._environ["HOME"]),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return await asyncio.wait_for(process.wait(), self._timeout) == 0
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return False


async def is_open(address: str, port: int, timeout: float = 1.0) -> bool:
    """Tell whether somebody listens."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), timeout)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def are_open(container: Object, address: str) -> bool:
    """Tell whether a container listens at all TCP ports that it declares."""
    return all([await is_open(address, port) for port in declared_ports(container)])
