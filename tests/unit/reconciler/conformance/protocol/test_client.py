"""The client: within bounds whatever a server does, and it goes nowhere that it is sent to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciler.conformance.protocol import client as c
from reconciler.conformance.protocol.client import Answered, Client, Sent, posted
from reconciler.model.errors import Refused, Unavailable
from tests.servers.ports import LOOPBACK, free_port

ASKED = Sent("GET", "/v2")


@contextmanager
def server(*parts: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one connection by some bytes; give the URL, and what was asked."""
    asked: list[bytes] = []
    with socket.create_server((LOOPBACK, 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(2**16))
                try:
                    for part in parts:
                        connection.sendall(part)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{listening.getsockname()[1]}/shop/", asked
        finally:
            thread.join(10)


def test_a_request_goes_below_the_server_s_path_with_the_key() -> None:
    with server(b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}") as (url, asked):
        answer = Client(url, "secret-key").ask(posted("/v2/models/m/infer", {}, More="x"))
    assert (answer.status, answer.document, answer.headers["x-a"]) == (200, {}, "b")
    head = asked[0].decode().splitlines()
    assert head[0] == "POST /shop/v2/models/m/infer HTTP/1.1"
    assert {"Authorization: Bearer secret-key", "More: x", "Content-Type: application/json"} <= set(head)


def test_a_redirection_is_an_answer() -> None:
    with server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as (url, _):
        assert Client(url).ask(ASKED).status == 302


@pytest.mark.parametrize("parts", [(), (b"no HTTP\r\n\r\n",), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",)])
def test_what_is_no_whole_answer_is_none(parts: tuple[bytes, ...]) -> None:
    with server(*parts) as (url, _):
        answer = Client(url).ask(ASKED)
    assert answer.status == 0 or answer.document is None


def test_an_answer_without_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "LARGEST", 1000)
    with server(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 1000] * 100) as (url, _):
        assert Client(url).ask(ASKED) == Answered(0)


def test_a_late_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c, "LONGEST", -1.0)
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx") as (url, _):
        assert Client(url).ask(ASKED) == Answered(0)


def test_nobody_there_is_told() -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        Client(f"http://{LOOPBACK}:{free_port()}").reach()


@pytest.mark.parametrize("url", ["shop", "ftp://a", "http://", "http://a:b", "http://user:word@a", "http://a:99999"])
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="the URL isn't that of a server") as refused:
        Client(url)
    assert "word" not in str(refused.value)
