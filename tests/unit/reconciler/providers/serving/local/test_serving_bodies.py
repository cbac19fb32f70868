"""Bodies that clients don't send as they should, on real Caddys: they end at once, and nobody else waits for them."""

import socket
import time
from urllib.parse import urlsplit

import pytest

from reconciler.providers.serving.local.routing import HELD
from tests.unit.reconciler.providers.serving.local.conftest import Place

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

CHUNKED = "Transfer-Encoding: chunked"


def ask(place: Place, header: str, body: bytes) -> tuple[bytes, float]:
    """Send a request as it is told; return the answer's first line and how many seconds it took to come."""
    url = urlsplit(place.endpoint.url)
    head = f"POST {url.path}/v2/models/employment/infer HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode()
    began = time.monotonic()
    with socket.create_connection((str(url.hostname), url.port or 80), timeout=2 * HELD) as client:
        client.sendall(head + body)
        return client.makefile("rb").readline(), time.monotonic() - began


def test_a_body_in_chunks_that_is_spelled_wrong_is_answered_at_once(place: Place) -> None:
    place.go_live()
    line, seconds = ask(place, CHUNKED, b"ZZ\r\n")
    assert line.split()[1] in (b"400", b"502")
    assert seconds < HELD / 2
