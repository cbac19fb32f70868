"""The server over real sockets: where it listens, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from runners.serve.answers import told
from runners.serve.http.listening import Server, serving
from runners.serve.http.request import Reply, Request
from tests.unit.runners.serve.http.talk import GET, post

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
LARGE = "x" * 3_000_000


class Application:
    """Answers `/later` when the test says so, `/large` with a long text, and all else at once."""

    def __init__(self) -> None:
        self.later: asyncio.Queue[Reply] = asyncio.Queue()

    def __call__(self, request: Request, reply: Reply) -> None:
        if request.path == "/later":
            self.later.put_nowait(reply)
        else:
            reply(told(LARGE if request.path == "/large" else len(request.body or b"")))


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Server, Application, int]]:
    app = Application()
    server = serving(app, 10**7)
    port = await server.start()
    try:
        yield server, app, port
    finally:
        await server.stop(0)


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[None]], None]:
    def run(work: Awaitable[None]) -> None:
        async def bounded() -> None:
            await asyncio.wait_for(work, 30)

        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            runner.run(bounded())

    return run


Run = Callable[[Awaitable[None]], None]


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    return await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))


def test_it_answers_at_a_port_and_at_a_socket(run: Run, tmp_path: Path) -> None:
    async def work() -> None:
        async with running() as (_, app, port):
            other = serving(app, 10)
            assert await other.start(socket=str(tmp_path / "s")) == 0
            for reader, writer in (
                await asyncio.open_connection("127.0.0.1", port),
                await asyncio.open_unix_connection(tmp_path / "s"),
            ):
                writer.write(post(b"12345"))
                assert await answer(reader) == b"5"
                writer.close()
            await other.stop(5)

    run(work())


def test_large_answers_arrive_whole_and_in_order_however_slowly_they_are_read(run: Run) -> None:
    async def work() -> None:
        async with running() as (_, _, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post(b"", "/large") * 4 + post(b"y" * 10**6) + GET)
            for _ in range(4):
                assert len(await answer(reader)) == len(LARGE) + 2
            assert [await answer(reader), await answer(reader)] == [b"1000000", b"0"]
            writer.close()

    run(work())


def test_many_clients_are_answered_side_by_side(run: Run) -> None:
    async def ask(port: int, number: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for _ in range(5):
                writer.write(post(b"x" * number))
                found = await answer(reader)
            return found
        finally:
            writer.close()

    async def work() -> None:
        async with running() as (_, _, port):
            found = await asyncio.gather(*(ask(port, number) for number in range(50)))
            assert found == [str(number).encode() for number in range(50)]

    run(work())


def test_a_refused_client_reads_why_though_it_still_sends(run: Run) -> None:
    async def work() -> None:
        async with running() as (_, _, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"z" * 10**6)
            assert b"Transfer-Encoding" in await answer(reader)
            assert await reader.read() == b""
            writer.close()

    run(work())


def test_at_its_end_it_answers_what_has_begun_and_takes_nobody_else(run: Run) -> None:
    async def work() -> None:
        async with running() as (server, app, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            idle, other = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post(b"1", "/later"))
            reply = await app.later.get()
            ending = asyncio.ensure_future(server.stop(20))
            assert await idle.read() == b""
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            reply(told("at last"))
            assert await answer(reader) == b'"at last"'
            assert await reader.read() == b""
            writer.close()
            other.close()
            await ending

    run(work())


def test_what_doesn_t_end_in_time_is_cut(run: Run) -> None:
    async def work() -> None:
        async with running() as (server, app, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(post(b"1", "/later"))
            reply = await app.later.get()
            await server.stop(0.01)
            assert await reader.read() == b""
            reply(told("too late"))
            writer.close()

    run(work())


def test_a_port_that_is_taken_is_told(run: Run) -> None:
    async def work() -> None:
        async with running() as (_, app, port):
            with pytest.raises(OSError, match="in use"):
                await serving(app, 1).start(port=port)

    run(work())
