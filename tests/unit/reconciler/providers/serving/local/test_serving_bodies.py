"""Bodies that clients don't send as they should, on real Caddys: they end at once, and nobody else waits for them."""

import select
import socket
import time
from urllib.parse import urlsplit

import pytest

from reconciler.providers.serving.local import routing
from reconciler.providers.serving.local.routing import HELD, LARGEST_HELD
from tests.unit.reconciler.providers.serving.local.conftest import Place

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

CUT_OFF = 499
"""The status that proxies give a request whose client didn't send its whole; no standard has one. Of a body that was
passed on already, nobody knows who was slow: 504."""
CHUNKED = "Transfer-Encoding: chunked"


def ask(place: Place, header: str, *parts: bytes, ends: bool = False) -> tuple[bytes, float]:
    """Send a request as it is told, its parts half a second apart; return the answer and how many seconds it took."""
    url = urlsplit(place.endpoint.url)
    head = f"POST {url.path}/v2/models/employment/infer HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode()
    began = time.monotonic()
    with socket.create_connection((str(url.hostname), url.port or 80), timeout=2 * HELD) as client:
        client.sendall(head)
        for part in parts:
            client.sendall(part)
            if select.select([client], [], [], 0.5 if len(parts) > 1 else 0)[0]:
                break
        if ends:
            client.shutdown(socket.SHUT_WR)
        return read(client), time.monotonic() - began


def read(client: socket.socket) -> bytes:
    """Read an answer to its end: a server that closes while a body is still on its way resets the connection."""
    answer = b""
    try:
        while len(answer) < 1000 and (piece := client.recv(1000)):
            answer += piece
    except ConnectionResetError:
        if not answer:
            raise
    return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(maxsplit=2)[1])


def test_a_body_in_chunks_that_is_spelled_wrong_is_answered_at_once(place: Place) -> None:
    place.go_live()
    answer, seconds = ask(place, CHUNKED, b"ZZ\r\n")
    assert status_of(answer) in (400, 502)
    assert seconds < HELD / 2


def test_a_body_that_breaks_off_is_answered_at_once(place: Place) -> None:
    place.go_live()
    answer, seconds = ask(place, "Content-Length: 1000", b"x" * 10, ends=True)
    assert status_of(answer) == CUT_OFF
    assert seconds < HELD / 2


SLOW = {
    "that stalls": ("Content-Length: 1000", [b"x" * 10]),
    "that drips": ("Content-Length: 1000", [b"x"] * 60),
    "in chunks": (CHUNKED, [b"1\r\nx\r\n"] * 60),
    "larger than what is held": (f"Content-Length: {LARGEST_HELD + 1000}", [b"x" * (LARGEST_HELD + 10)]),
    "in chunks, larger than what is held": (CHUNKED, [b"1000000\r\n" + b"x" * LARGEST_HELD + b"\r\n1\r\nx\r\n"]),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_body_is_cut(place: Place, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setitem(routing._PATIENCE, "read_timeout", "2s")
    place.go_live()
    header, parts = SLOW[kind]
    answer, seconds = ask(place, header, *parts)
    assert status_of(answer) in (CUT_OFF, 504)
    assert 2 <= seconds < HELD / 2
    place.ask()
    place.until(lambda: place.endpoint.figures.requests)
    assert not place.endpoint.figures.errors, "a client's slowness counts as the model's failure"
