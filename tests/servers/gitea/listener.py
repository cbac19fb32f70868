"""Where webhooks arrive: an HTTP server of this process that keeps what it is sent."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.servers.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a webhook, and when it came, in seconds since 1970; the names of its headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    when: float = 0.0


class Listener:
    """While it is entered, it answers 204 at `url` and keeps all calls, in the order in which they came."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): text for name, text in self.headers.items()}
                calls.append(Call(self.path, headers, body, time.time()))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
