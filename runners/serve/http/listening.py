"""The server: where it listens, how time passes for its connections, and how it ends."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from runners.serve.answers import Answer
from runners.serve.http.connection import Connection
from runners.serve.http.connections import Connections, Open
from runners.serve.http.request import App

BACKLOG = 2048
"""Connections that wait to be taken."""


def serving(app: App, limit: int) -> "Server":
    """Return a server of HTTP/1.1: an application as it is reached, for bodies of so many bytes at most."""
    connections = Connections(app, limit, lambda what: asyncio.get_running_loop().call_soon(what), _aside)
    return Server(connections, lambda: Connection(connections))


class Server:
    """Where connections come from, whatever they speak.

    Args:
        connections: those that are open.
        made: makes another one.
    """

    def __init__(self, connections: Open, made: Callable[[], asyncio.Protocol]) -> None:
        self._all, self._made = connections, made
        self._listening: list[asyncio.Server] = []
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, *, host: str = "127.0.0.1", port: int = 0, socket: str | None = None) -> int:
        """Listen at a Unix socket, else at a port of a host; return the port, 0 for a socket.

        Raises:
            OSError: it can't.
        """
        loop = asyncio.get_running_loop()
        if socket is not None:
            listening = await loop.create_unix_server(self._made, socket, backlog=BACKLOG)
        else:
            listening = await loop.create_server(self._made, host, port, backlog=BACKLOG)
        self._listening.append(listening)
        if self._ticking is None:
            self._all.tick(loop.time(), time.time())
            self._ticking = loop.create_task(self._tick())
        return 0 if socket is not None else int(listening.sockets[0].getsockname()[1])

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._all.tick(asyncio.get_running_loop().time(), time.time())

    async def stop(self, grace: float) -> None:
        """Take no further connection, answer what has begun for so many seconds, and end."""
        if self._ticking is None:
            return
        for one in self._listening:
            one.close()
        self._all.is_ending = True
        for held in tuple(self._all.open):
            held.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while self._all.open:
                    await asyncio.sleep(0.01)
        for held in tuple(self._all.open):
            held.abort()
        self._ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._ticking


def _aside(make: Callable[[], Answer], reply: Callable[[Answer], None]) -> None:
    """Have a thread make an answer."""
    made = asyncio.get_running_loop().run_in_executor(None, make)
    made.add_done_callback(lambda done: reply(done.result()))
