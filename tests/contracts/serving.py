"""What the servers of contracts have in common: they listen on the loopback, answer one request after another as their
forge would, and fail the test that left anything against the contract.
"""

import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit


@dataclass
class Fault:
    """One wrong answer, given instead of what should be answered; nobody holds it against the contract."""

    status: int = 500
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    only: str = ""
    """The method that it is the answer to; any, where this is empty."""


@dataclass
class Sent:
    """A request that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class ContractServer(ThreadingHTTPServer):
    """A server on a free port of the loopback; `answer` is a forge's own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.violations: list[str] = []
        """What was against the contract: a test that leaves any has failed."""
        self.requests: list[Sent] = []
        self.faults: list[Fault] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        """Return where people, and Git, would reach it."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take note of what is wrong with the server itself; say nothing of clients that hang up."""
        if not isinstance(sys.exception(), ConnectionError):
            self.violations.append(traceback.format_exc())

    def fault(self, sent: Sent) -> Fault | None:
        """Return the wrong answer that a request is to get, which no other gets then; None for the right one."""
        for fault in self.faults:
            if fault.only in ("", sent.method):
                self.faults.remove(fault)
                return fault
        return None

    def answer(self, sent: Sent) -> tuple[int, bytes, dict[str, str]]:
        """Return the status, the body and the headers by which a request is answered."""
        raise NotImplementedError


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ContractServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        status, told, more = self.server.answer(Sent(self.command, parts.path, query, headers, body))
        with suppress(ConnectionError):
            self.send_response(status)
            for name, value in {"Content-Length": str(len(told)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = _serve


Served = TypeVar("Served", bound=ContractServer)


@contextmanager
def serving(server: Served) -> Iterator[Served]:
    """Let a server serve; whatever was against the contract fails the test in the end."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not server.violations, "\n".join(server.violations)
