"""A connection without a network: what is sent to it, what it answers, and what becomes of it."""

import json
from collections.abc import Callable
from typing import Any

from runners.serve.answers import Answer, told
from runners.serve.http.connection import Connection
from runners.serve.http.connections import Connections
from runners.serve.http.request import Reply, Request

LIMIT = 100


class Transport:
    """Keeps what is written; `is_slow` is a client that reads nothing."""

    def __init__(self) -> None:
        self.written = b""
        self.is_over = self.is_half_closed = self.is_aborted = self.is_paused = False

    def write(self, data: bytes) -> None:
        assert not self.is_over
        assert not self.is_half_closed
        self.written += data

    def write_eof(self) -> None:
        self.is_half_closed = True

    def close(self) -> None:
        self.is_over = True

    def abort(self) -> None:
        self.is_over = self.is_aborted = True

    def is_closing(self) -> bool:
        return self.is_over

    def pause_reading(self) -> None:
        assert not self.is_over
        self.is_paused = True

    def resume_reading(self) -> None:
        assert not self.is_over
        self.is_paused = False


class Talk:
    """A client and the server. Requests of `/later` are answered when the test says so, others at once."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.asked: list[Request] = []
        self.later: list[Reply] = []
        self._soon: list[Callable[[], None]] = []
        self.connections = Connections(self._answer, limit, self._soon.append, lambda make, reply: reply(make()))
        self.connections.tick(1000.0, 0.0)
        self.connection = Connection(self.connections)
        self.transport = Transport()
        self.connection.connection_made(self.transport)  # type: ignore[arg-type]

    def _answer(self, request: Request, reply: Reply) -> None:
        self.asked.append(request)
        if request.path == "/later":
            self.later.append(reply)
        else:
            reply(told({"asked": request.path}))

    def send(self, data: bytes, *, parts: int = 0) -> "Talk":
        """Send bytes, at once or in parts of a size."""
        for start in range(0, len(data), parts or len(data) or 1):
            self.connection.data_received(data[start : start + (parts or len(data))])
        self.turn()
        return self

    def reply(self) -> None:
        """Answer the first request that waits."""
        self.later.pop(0)(told({"late": True}))
        self.turn()

    def turn(self) -> None:
        """Run what was left for later."""
        while self._soon:
            self._soon.pop(0)()

    def wait(self, seconds: float) -> None:
        """Let time pass, second by second."""
        for _ in range(int(seconds)):
            self.connections.tick(self.connections.now + 1, 0.0)

    @property
    def answers(self) -> list[tuple[int, Any]]:
        """Return the statuses and bodies that were written."""
        found, rest = [], self.transport.written
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            status = int(head.split()[1])
            sizes = [int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: ")]
            size = sizes[0] if sizes else 0
            found.append((status, json.loads(rest[:size]) if size else None))
            rest = rest[size:]
        return found

    @property
    def statuses(self) -> list[int]:
        """Return the statuses that were written."""
        return [status for status, _ in self.answers]


def post(body: bytes, path: str = "/x", *headers: str) -> bytes:
    """Return a request with a body."""
    lines = [f"POST {path} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


GET = b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
SMALL = Answer(200, b"{}")
