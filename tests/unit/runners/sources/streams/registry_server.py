"""A schema registry on the loopback: it answers by its protocol for the schemas that a test gives it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class RegistryServer(ThreadingHTTPServer):
    """`schemas` by path; `asked` lists paths, `credentials` is what must be sent, `status` what is answered instead."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen at a port that the system chooses."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.schemas: dict[str, dict[str, Any] | bytes] = {}
        self.asked: list[str] = []
        self.credentials: str | None = None
        self.status = 0

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: RegistryServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.schemas.get(self.path)
        status = self.server.status or (200 if found is not None else 404)
        if self.server.credentials and self.headers.get("Authorization") != self.server.credentials:
            status = 401
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[RegistryServer]:
    """Run one."""
    server = RegistryServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
