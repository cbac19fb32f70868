"""The load of the bench: as many connections as are told, each asking again as soon as it is answered.

`python -m tests.bench.load ORDER.json`, on one core of its own: requests are bytes made beforehand, answers are read no
further than their lengths, and one of some is held to what is true. It takes a fraction of what a server takes, and
says which, so that what is measured is the server.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import uvloop

from tests.times import ROOT

CONNECTIONS = 16
CHECKED = 50
"""Of so many answers of a connection one is read and held to what is true, the first one of each connection too."""
TOLERANCE = 1e-6
"""How far a number may be off: rows that are computed together may differ in their last bits."""
_HEAD_ENDS, _LENGTH = b"\r\n\r\n", b"content-length: "


@dataclass(frozen=True)
class Order:
    """What is asked: bodies in turn, each with the outputs that are true, by their names."""

    port: int
    path: str
    bodies: Sequence[tuple[dict[str, Any], dict[str, list[float]]]]
    pids: Collection[int]
    """The server's processes, whose CPU time is counted."""
    seconds: float
    warm_up: float = 0.5
    core: int | None = None
    """Where the load itself runs."""
    model: str = ""
    """The model's name, where it is asked by gRPC."""


@dataclass(frozen=True)
class Measured:
    """What was measured in the time after the warm-up."""

    answers: int
    seconds: float
    statuses: dict[str, int]
    wrong: int
    """Answers that were read and weren't true."""
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """The server's CPU time for each answer, in microseconds."""
    own_share: float
    """How much of its core the load itself took: far from 1, or it is what was measured."""

    @property
    def per_second(self) -> float:
        """Return how many answers came each second."""
        return self.answers / self.seconds


def put(order: Order, folder: Path) -> Measured:
    """Put a load on a server, from a process of its own.

    Raises:
        RuntimeError: an answer was refused, or wasn't true.
    """
    file = folder / "load.json"
    file.write_text(json.dumps({**asdict(order), "pids": list(order.pids)}))
    line = [sys.executable, "-m", "tests.bench.load", str(file)]
    done = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    measured = Measured(**json.loads(done.stdout))
    if measured.wrong or measured.statuses.keys() != {"200"}:
        raise RuntimeError(f"{order.path} answered {measured.statuses}, and {measured.wrong} of them weren't true")
    return measured


@dataclass
class Tally:
    """What all connections count together."""

    requests: Sequence[bytes]
    truths: Sequence[dict[str, list[float]]]
    statuses: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    wrong: int = 0

    def begin(self) -> Self:
        """Count from now on; what was untrue before counts."""
        self.statuses, self.times = Counter(), []
        return self


class Connection(asyncio.Protocol):
    """One client: asks, waits for the whole answer, and asks again."""

    def __init__(self, tally: Tally, first: int) -> None:
        self._tally, self._number, self._asked = tally, first, 0
        self._buffer = b""
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count what the server broke off."""
        self._tally.statuses["lost"] += 1

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._tally.requests[self._number % len(self._tally.requests)])

    def data_received(self, data: bytes) -> None:
        """Read on; ask again when the answer is whole."""
        self._buffer = data = self._buffer + data
        end = data.find(_HEAD_ENDS)
        if end < 0:
            return
        head = data[: end + 2].lower()
        at = head.index(_LENGTH) + len(_LENGTH)
        if len(data) < end + 4 + int(head[at : head.index(b"\r", at)]):
            return
        tally = self._tally
        tally.times.append(time.perf_counter() - self._began)
        tally.statuses[head[9:12].decode()] += 1
        if not self._asked % CHECKED and not is_true(data[end + 4 :], tally.truths[self._number % len(tally.truths)]):
            tally.wrong += 1
        self._buffer = b""
        self._asked += 1
        self._number += CONNECTIONS + 1
        self._ask()


def is_true(body: bytes, truth: dict[str, list[float]]) -> bool:
    """Tell whether an answer of version 2 has the outputs that it should have."""
    try:
        told = {output["name"]: output["data"] for output in json.loads(body)["outputs"]}
    except (ValueError, LookupError, TypeError):
        return False
    return is_so(told, truth)


def is_so(told: Mapping[str, Sequence[float]], truth: Mapping[str, Sequence[float]]) -> bool:
    """Tell whether outputs are those that are true."""
    return all(
        len(told.get(name, ())) == len(values)
        and all(abs(one - other) <= TOLERANCE for one, other in zip(told[name], values, strict=True))
        for name, values in truth.items()
    )


def request_of(path: str, body: dict[str, Any]) -> bytes:
    """Return a request as it goes over the wire."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def cpu_seconds(pids: Collection[int]) -> float:
    """Return the CPU time that processes have used, all of their threads (proc(5))."""
    told = [Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split() for pid in pids]
    return sum(int(fields[11]) + int(fields[12]) for fields in told) / os.sysconf("SC_CLK_TCK")


def _client(order: Order, tally: Tally) -> Callable[[int], asyncio.Protocol]:
    """Return what makes a client, by the number of its first request."""
    if not order.model:
        return lambda first: Connection(tally, first)
    from tests.bench.grpc_load import GrpcConnection
    from tests.bench.grpc_load import request_of as message_of

    messages = [message_of(order.model, body) for body, _ in order.bodies]
    return lambda first: GrpcConnection(tally, first, messages)


async def _measure(order: Order) -> Measured:
    tally = Tally([request_of(order.path, body) for body, _ in order.bodies], [truth for _, truth in order.bodies])
    loop, client = asyncio.get_running_loop(), _client(order, tally)
    for number in range(CONNECTIONS):
        await loop.create_connection(lambda first=number: client(first), "127.0.0.1", order.port)  # type: ignore[misc]
    await asyncio.sleep(order.warm_up)
    tally.begin()
    began, cpu, own = time.perf_counter(), cpu_seconds(order.pids), time.process_time()
    await asyncio.sleep(order.seconds)
    seconds, cpu, own = time.perf_counter() - began, cpu_seconds(order.pids) - cpu, time.process_time() - own
    times = sorted(tally.times)
    if not times:
        raise RuntimeError(f"nothing was answered: {dict(tally.statuses)}")
    middle, late = (1000 * times[int(len(times) * share)] for share in (0.5, 0.99))
    cost = 1e6 * cpu / len(times)
    return Measured(len(times), seconds, dict(tally.statuses), tally.wrong, middle, late, cost, own / seconds)


def main(file: Path) -> None:
    """Put one load, and print what was measured."""
    order = Order(**json.loads(file.read_text()))
    if order.core is not None:
        os.sched_setaffinity(0, {order.core})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_measure(order)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
