"""HTTP over a Unix socket: answers, and the lack of them."""

import contextlib
import socketserver
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from reconciler.providers.serving.local.unix_http import ask


class Handler(BaseHTTPRequestHandler):
    """Says what it was asked."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(0.5)
        if self.path != "/broken":
            self._say(f"GET {self.path}")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(f"POST {self.path} {self.headers['Content-Type']} {body}")

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # who asked doesn't always wait
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text.encode())

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        return


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "s"
    with Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield path
        server.shutdown()
        thread.join()


def test_a_get_and_a_post(path: Path) -> None:
    assert ask(path, "/x", timeout=5) == (200, b"GET /x")
    assert ask(path, "/load", b"{}", timeout=5) == (200, b"POST /load application/json {}")


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ask(tmp_path / "nobody", "/", timeout=1)


def test_an_answer_that_doesn_t_come_is_not_waited_for(path: Path) -> None:
    with pytest.raises(TimeoutError):
        ask(path, "/slow", timeout=0.05)


def test_a_broken_answer_is_a_broken_connection(path: Path) -> None:
    with pytest.raises(ConnectionError):
        ask(path, "/broken", timeout=5)
