"""The load: it tells what came back, takes no lie for an answer, and waits for answers that come in pieces."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.bench.load import CONNECTIONS, Order, is_true, put, request_of
from tests.bench.served import NAME, Served, bodies, linear, on_core, ours, trees
from tests.servers.ports import LOOPBACK, free_port

PATH = "/v2/models/boxes/infer"
TRUTH = {"prediction": [1.0], "predicted_probability": [0.75]}
ASKED: list[tuple[dict[str, Any], dict[str, list[float]]]] = [({"inputs": []}, TRUTH)]


def told(probability: float, status: str = "200 OK") -> bytes:
    outputs = [{"name": "prediction", "data": [1]}, {"name": "predicted_probability", "data": [probability]}]
    body = json.dumps({"outputs": outputs}).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Server:
    """Answers every request by the same bytes, in so many pieces; `counts` are the requests of each connection."""

    def __init__(self, answer: bytes, pieces: int) -> None:
        self.port, self.counts = free_port(), list[int]()
        self._parts = [
            answer[at : at + -(-len(answer) // pieces)] for at in range(0, len(answer), -(-len(answer) // pieces))
        ]
        self._closes = b"Connection: close" in answer
        self.ended, self.ready = asyncio.Event(), threading.Event()

    async def live(self) -> None:
        async with await asyncio.start_server(self._contained, LOOPBACK, self.port):
            self.ready.set()
            await self.ended.wait()

    async def _contained(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = len(self.counts)
        self.counts.append(0)
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
            self.counts[place] += 1
            for part in self._parts:
                writer.write(part)
                await asyncio.sleep(0.001)
            if self._closes:
                writer.close()
                return


@contextmanager
def server(answer: bytes, pieces: int = 1) -> Iterator[Server]:
    """Have a server run on a thread of its own."""
    loop = asyncio.new_event_loop()
    made = Server(answer, pieces)
    thread = threading.Thread(target=loop.run_until_complete, args=(made.live(),))
    thread.start()
    try:
        assert made.ready.wait(10)
        yield made
    finally:
        loop.call_soon_threadsafe(made.ended.set)
        thread.join(10)
        loop.close()


def order(port: int, **more: Any) -> Order:
    return Order(port, PATH, ASKED, [os.getpid()], seconds=0.2, warm_up=0.1, **more)


@pytest.mark.parametrize("pieces", [1, 3])
def test_it_counts_whole_answers(tmp_path: Path, pieces: int) -> None:
    with server(told(0.75), pieces) as one:
        measured = put(order(one.port), tmp_path)
    assert measured.statuses == {"200": measured.answers}
    assert len(one.counts) == CONNECTIONS
    assert 0 < measured.answers <= sum(one.counts)
    assert 0 < measured.p50_ms <= measured.p99_ms
    assert measured.cpu_us > 0
    assert measured.per_second == pytest.approx(measured.answers / measured.seconds)


@pytest.mark.parametrize(
    "answer",
    [
        told(0.76),
        told(0.75, "500 Internal Server Error"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
        told(0.75).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    ],
    ids=["untrue", "refused", "no JSON", "broken off"],
)
def test_what_is_no_true_answer_is_no_figure(tmp_path: Path, answer: bytes) -> None:
    with server(answer) as one, pytest.raises((RuntimeError, subprocess.CalledProcessError)):
        put(order(one.port), tmp_path)


@pytest.mark.parametrize(
    ("outputs", "is_so"),
    [
        ([{"name": "p", "data": [0.5, 0.25]}], True),
        ([{"name": "p", "data": [0.5 + 1e-8, 0.25]}, {"name": "more", "data": [7]}], True),
        ([{"name": "p", "data": [0.25, 0.5]}], False),
        ([{"name": "p", "data": [0.5]}], False),
        ([{"name": "q", "data": [0.5, 0.25]}], False),
        ([], False),
        ([{}], False),
    ],
)
def test_an_answer_is_true_when_it_has_every_output(outputs: Any, is_so: bool) -> None:
    assert is_true(json.dumps({"outputs": outputs}).encode(), {"p": [0.5, 0.25]}) is is_so


def test_a_request_says_how_long_it_is() -> None:
    head, _, body = request_of(PATH, {"id": "é"}).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert json.loads(body) == {"id": "é"}


@pytest.mark.parametrize("make", [linear, trees])
def test_the_models_answer_and_tell_their_rows_apart(tmp_path: Path, make: Any) -> None:
    asked = bodies(make(tmp_path / "model"), rows=3, count=8)
    assert [len(body["inputs"]) for body, _ in asked] == [4] * 8
    chances = {tuple(truth["predicted_probability"]) for _, truth in asked}
    assert len(chances) == 8
    assert all(0 <= chance <= 1 for row in chances for chance in row)


def test_what_is_started_on_a_core_stays_there() -> None:
    before = os.sched_getaffinity(0)
    one = max(before)
    with on_core(one):
        line = [sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"]
        found = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert (found.split(), os.sched_getaffinity(0)) == ([str(one)], before)


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Served, int]]:
    """Have a replica of ours that speaks gRPC."""
    folder, port = tmp_path_factory.mktemp("spoken"), free_port()
    model = linear(folder / "model")
    with ours(folder / "ours", model, grpc_port=port).running() as served:
        yield model, served, port


def test_by_grpc_a_true_answer_counts_and_no_other(spoken: tuple[Path, Served, int], tmp_path: Path) -> None:
    model, served, port = spoken
    asked = bodies(model, rows=2, count=20)
    measured = put(Order(port, "", asked, [served.pid], 0.2, warm_up=0.1, model=NAME), tmp_path)
    assert (measured.statuses, measured.wrong) == ({"200": measured.answers}, 0)
    untrue = [(body, {**truth, "predicted_probability": [2.0, 2.0]}) for body, truth in asked]
    with pytest.raises(RuntimeError, match="weren't true"):
        put(Order(port, "", untrue, [served.pid], 0.2, warm_up=0.1, model=NAME), tmp_path)
    with pytest.raises(RuntimeError, match="'refused'"):
        put(Order(port, "", asked, [served.pid], 0.2, warm_up=0.1, model="other"), tmp_path)
