"""Answers that are sent part by part, over real sockets: how they end, and what becomes of them without a reader."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from runners.serve.answers import Streamed, told
from runners.serve.http import request as bounds
from runners.serve.http.listening import Server, serving
from runners.serve.http.request import Reply, Request
from tests.unit.runners.serve.http.talk import GET

HEAD = ((b"content-type", b"text/event-stream"),)


class Streaming:
    """Answers `/parts` by parts, as many as there are and one more whenever the test says so; all else at once."""

    def __init__(self, *parts: bytes, is_endless: bool = False) -> None:
        self._parts, self._is_endless = parts, is_endless
        self.ended = asyncio.Event()
        self.sent = 0

    def __call__(self, request: Request, reply: Reply) -> None:
        reply(Streamed(self._made(), HEAD) if request.path == "/parts" else told("other"))

    async def _made(self) -> AsyncGenerator[bytes]:
        try:
            for part in self._parts:
                yield part
            while self._is_endless:
                self.sent += 1
                yield b"x" * 100_000
                await asyncio.sleep(0)
        finally:
            self.ended.set()


async def served(app: Streaming, asked: bytes) -> tuple[Server, asyncio.StreamReader, asyncio.StreamWriter]:
    server = serving(app, 1000)
    reader, writer = await asyncio.open_connection("127.0.0.1", await server.start())
    writer.write(asked)
    return server, reader, writer


def parts(version: str = "1.1") -> bytes:
    return f"POST /parts HTTP/{version}\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode()


def test_parts_are_chunks_and_the_connection_goes_on() -> None:
    async def work() -> None:
        server, reader, writer = await served(Streaming(b"one", b"two"), parts() + GET)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head
        assert b"content-length" not in head
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        assert b"content-length: 7" in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await server.stop(0)

    asyncio.run(work())


def test_an_older_client_reads_up_to_the_end_of_the_connection() -> None:
    async def work() -> None:
        server, reader, writer = await served(Streaming(b"one", b"two"), parts("1.0"))
        assert (await reader.read()).endswith(b"connection: close\r\n\r\nonetwo")
        writer.close()
        await server.stop(0)

    asyncio.run(work())


def test_a_client_that_goes_away_ends_what_is_made_for_it() -> None:
    async def work() -> None:
        app = Streaming(is_endless=True)
        server, reader, writer = await served(app, parts())
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()
        await asyncio.wait_for(app.ended.wait(), 10)
        await server.stop(0)

    asyncio.run(work())


def test_a_client_that_does_not_read_is_waited_for_and_then_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        monkeypatch.setattr(bounds, "SENDING", 0.2)
        app = Streaming(is_endless=True)
        server, _, writer = await served(app, parts())
        await asyncio.wait_for(app.ended.wait(), 10)
        assert app.sent < 1000, "no more is made than a connection holds"
        writer.transport.abort()
        await server.stop(0)

    asyncio.run(work())
