"""The addresses of services: whoever connects to one is led to a pod behind it, as kube-proxy would have it.

Only services with a ready pod behind them listen, so a connection to another is refused. A connection that is there
stays with its pod. Ports below 1024 take the right to listen there, as root has it.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence

from tests.servers.kubelet.client import Object
from tests.servers.kubelet.services import behind

Place = tuple[str, int]
Taker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
CHUNK = 1 << 16
_log = logging.getLogger("kubelet")


def doors(services: Iterable[Object], ready: Sequence[Object]) -> dict[Place, list[Place]]:
    """Return where the address and port of each service lead to, but for those that nobody is behind."""
    found = {}
    for service in services:
        address = service["spec"].get("clusterIP", "None")
        for port in service["spec"].get("ports", ()) if address not in ("", "None") else ():
            if targets := sorted(behind(service, port, ready)):
                found[address, int(port["port"])] = targets
    return found


class Proxy:
    """Listens for services; `lead` says for which, and where they lead."""

    def __init__(self) -> None:
        self._targets: dict[Place, list[Place]] = {}
        self._servers: dict[Place, asyncio.Server] = {}
        self._refused: set[Place] = set()

    async def lead(self, services: Iterable[Object], ready: Sequence[Object]) -> None:
        """Listen for these services and no others; new connections go to these pods."""
        self._targets = targets = doors(services, ready)
        for place in self._servers.keys() - targets.keys():
            self._servers.pop(place).close()
        for place in targets.keys() - self._servers.keys() - self._refused:
            try:
                self._servers[place] = await asyncio.start_server(self._taker(place), *place)
            except OSError as failure:
                self._refused.add(place)
                _log.warning("nobody can listen for a service: %s", failure)

    def _taker(self, place: Place) -> Taker:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.closing(writer), contextlib.suppress(OSError, KeyError, IndexError):
                there, back = await asyncio.open_connection(*random.choice(self._targets[place]))
                with contextlib.closing(back):
                    await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))

        return take


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
