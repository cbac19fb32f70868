"""A proxy in front of a server that fails as it is told to, and counts what passes: for the tests of any engine.

    with Faults(server.url) as faults:
        faults.add(status=500, path="/branches", times=2)
        ...
        assert faults.count("POST", "/commits") == 1

Law of the module: without faults nothing changes on the way. A fault meets requests in the order in which they come.
"""

import contextlib
import http.client
import re
import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.servers.ports import LOOPBACK

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}
PATIENCE = 30.0
"""Seconds that the server has for an answer."""
HASTE = 6.0
"""Seconds that a client under test waits: less than what is slow on purpose, more than a busy machine is by itself."""

BROKEN: Mapping[str, Mapping[str, Any]] = {
    "401": {"status": 401},
    "403": {"status": 403},
    "429": {"status": 429},
    "500": {"status": 500},
    "503": {"status": 503},
    "half a body": {"is_half": True},
    "no answer": {"is_cut": True},
    "no JSON": {"status": 200, "body": b"<html>"},
    "another document": {"status": 200, "body": b"[]"},
    "slow": {"delay": 10.0},
}
"""What any server may do instead of answering, each as a `Fault` has it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answers."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass
class Fault:
    """What is done to requests whose method and path, with the query, match: these, after so many, and so often.

    `status` is answered in the server's place; `delay` seconds pass first; `is_half` sends half of the body, `is_cut`
    none of the answer. With `reaches`, the server has done what it was asked before the fault.
    """

    method: str = ""
    path: str = ""
    after: int = 0
    times: int | None = None
    status: int | None = None
    body: bytes = b'{"message": "made up by a test"}'
    delay: float = 0.0
    is_half: bool = False
    is_cut: bool = False
    reaches: bool = False
    met: int = 0
    """How many requests have matched, whatever was done to them."""

    @property
    def passes(self) -> bool:
        """Tell whether the server is asked at all."""
        return self.reaches or self.is_half or (self.status is None and not self.is_cut)

    def meets(self, method: str, path: str) -> bool:
        """Tell whether this request fails, and count it."""
        if not (re.search(self.method, method) and re.search(self.path, path)):
            return False
        self.met += 1
        return self.after < self.met and (self.times is None or self.met <= self.after + self.times)


@dataclass
class Faults:
    """The proxy: while it is entered, it answers at `url`."""

    upstream: str
    trust: ssl.SSLContext | None = None
    """Whom to trust at an upstream that speaks TLS."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    """The method and path of every request, in the order in which they came."""
    _faults: list[Fault] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((LOOPBACK, 0), type("Handler", (_Handler,), {"faults": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Return the address to go to instead of the server's."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def add(self, **parts: Any) -> Fault:
        """Let requests fail from now on."""
        fault = Fault(**parts)
        with self._guard:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing fail any more."""
        with self._guard:
            self._faults.clear()

    def count(self, method: str = "", path: str = "") -> int:
        """Count the requests that have come, whatever became of them."""
        with self._guard:
            return sum(bool(re.search(method, one) and re.search(path, other)) for one, other in self.calls)

    def meet(self, method: str, path: str) -> Fault | None:
        """Note a request; return the fault that it meets."""
        with self._guard:
            self.calls.append((method, path))
            return next((fault for fault in self._faults if fault.meets(method, path)), None)

    def pause(self, seconds: float) -> None:
        """Let time pass, unless the test is over."""
        self._over.wait(seconds)

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection to the server."""
        address = urlsplit(self.upstream)
        host = address.hostname or LOOPBACK
        if self.trust:
            return http.client.HTTPSConnection(host, address.port, timeout=PATIENCE, context=self.trust)
        return http.client.HTTPConnection(host, address.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Ask the server; one that can't be reached is a bad gateway."""
        connection = self.connect()
        try:
            connection.request(method, path, body, _kept(headers.items()))
            with connection.getresponse() as told:
                return Answer(told.status, _kept(told.getheaders()), told.read())
        except OSError:
            return Answer(502)
        finally:
            connection.close()


def _kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP_BY_HOP}


class _Handler(BaseHTTPRequestHandler):
    """Passes requests on, or fails them."""

    protocol_version = "HTTP/1.1"
    faults: Faults

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def pass_on(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.faults.meet(self.command, self.path)
        if fault is None and "watch=" in self.path:
            self._pass_on_piece_by_piece()
            return
        if fault is None:
            self._send(self._asked(body))
            return
        self.faults.pause(fault.delay)
        answer = Answer(fault.status or 200, {"Content-Type": "application/json"}, fault.body)
        if fault.passes:
            told = self._asked(body)
            answer = answer if fault.status else told
        self.close_connection = fault.is_cut or fault.is_half
        if not fault.is_cut:
            self._send(answer, is_half=fault.is_half)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = pass_on

    def _pass_on_piece_by_piece(self) -> None:
        """Pass on a watch of Kubernetes, whose answer grows for as long as anybody listens."""
        connection = self.faults.connect()
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request(self.command, self.path, headers=_kept(self.headers.items()))
            with connection.getresponse() as told:
                self.send_response(told.status)
                self.send_header("Connection", "close")
                self.end_headers()
                while piece := told.read1(2**16):
                    self.wfile.write(piece)
                    self.wfile.flush()
        self.close_connection = True

    def _asked(self, body: bytes) -> Answer:
        return self.faults.ask(self.command, self.path, body, self.headers)

    def _send(self, answer: Answer, *, is_half: bool = False) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.content[: len(answer.content) // 2] if is_half else answer.content)
