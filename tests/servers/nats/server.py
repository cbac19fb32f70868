"""A NATS: one server with JetStream, its streams in one folder, on the loopback for whoever asks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from tests.servers.building import home_of
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import Process, Processes, answers
from tests.servers.recipes import NATS

_AT_ONCE = 500
_T = TypeVar("_T")


class Nats(Processes):
    """A server at `address`, in which tests make streams of their own names."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Keep all state in a folder; `options` are more words for its command line."""
        port, watched = free_port(), free_port()
        self.address, self._numbers = f"nats://{LOOPBACK}:{port}", count()
        command: list[str | Path] = [home_of(NATS) / "nats-server", "--addr", LOOPBACK, "--port", str(port)]
        command += ["--http_port", str(watched), "--jetstream", "--store_dir", folder / "streams", *options]
        health = f"http://{LOOPBACK}:{watched}/healthz"
        super().__init__(Process("nats", command, folder / "nats.log", lambda: answers(health)))

    def start(self) -> "Nats":
        """Start it."""
        super().start()
        return self

    def stream(self, **config: Any) -> str:
        """Make a stream of its own for somebody; return its name. It takes messages whose subjects begin with that."""
        name = f"test-{next(self._numbers)}"
        self.make(name, **config)
        return name

    def make(self, name: str, **config: Any) -> None:
        """Make a stream of a name."""
        self.ask(lambda streams: streams.add_stream(name=name, subjects=[f"{name}.>"], **config))

    def delete(self, name: str) -> None:
        """Delete a stream."""
        self.ask(lambda streams: streams.delete_stream(name))

    def drop(self, name: str, before: int) -> None:
        """Let go of all messages before a sequence, as retention does."""
        self.ask(lambda streams: streams.purge_stream(name, seq=before))

    def put(self, name: str, messages: Iterable[tuple[str, bytes, Mapping[str, str] | None]]) -> None:
        """Write messages: the subject below the stream's name, the value, the headers."""

        async def write(streams: Any) -> None:
            waiting = []
            for subject, value, headers in messages:
                waiting.append(await streams.publish_async(f"{name}.{subject}", value, headers=headers))
                if len(waiting) >= _AT_ONCE:
                    await asyncio.gather(*waiting)
                    waiting = []
            await asyncio.gather(*waiting)

        self.ask(write)

    def ask(self, what: Callable[[Any], Awaitable[_T]]) -> _T:
        """Connect, ask for something, and let go."""
        import nats

        async def asked() -> _T:
            client = await nats.connect(self.address)
            try:
                return await what(client.jetstream())
            finally:
                await client.close()

        return asyncio.run(asked())
