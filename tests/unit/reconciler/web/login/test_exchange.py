"""A token endpoint that answers oddly, slowly, or not at all."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reconciler.providers.serving.local.authorizer.fetching import LARGEST, Unreachable
from reconciler.web.login import exchange
from reconciler.web.login.exchange import exchanged

ANSWERS = {
    "/odd": (200, b"[1]"),
    "/none": (200, b""),
    "/html": (200, b"<html>"),
    "/large": (200, b'"' + b"a" * LARGEST + b'"'),
    "/refused": (400, b'{"error": "invalid_grant"}'),
    "/moved": (302, b"{}"),
    "/good": (200, b'{"id_token": "x"}'),
}


@pytest.fixture
def server() -> Iterator[str]:
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/slow":
                ended.wait(30)
                return
            status, content = ANSWERS[self.path]
            self.send_response(status)
            self.send_header("Location", "/good")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        ended.set()
        found.shutdown()
        thread.join()


@pytest.mark.parametrize("path", [path for path in ANSWERS if path != "/good"])
def test_what_is_no_token_is_said(server: str, path: str) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(exchanged(server + path, {"code": "x"}, None))
    assert asyncio.run(exchanged(f"{server}/good", {"code": "x"}, ("a", "b"))) == {"id_token": "x"}


def test_what_takes_too_long_is_said(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LONGEST", 0.05)
    with pytest.raises(Unreachable):
        asyncio.run(exchanged(f"{server}/slow", {}, None))


@pytest.mark.parametrize("url", ["http://elsewhere.example/token", "file:///etc/passwd", "http://127.0.0.1:1/x"])
def test_what_can_t_or_may_not_be_asked_isn_t(url: str) -> None:
    with pytest.raises(Unreachable):
        asyncio.run(exchanged(url, {}, None))
