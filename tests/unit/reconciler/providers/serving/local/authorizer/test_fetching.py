"""Documents of servers that mean harm: endless, slow, huge, redirecting, packed, or no JSON."""

import asyncio
import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from reconciler.providers.serving.local.authorizer import fetching
from reconciler.providers.serving.local.authorizer.fetching import LARGEST, Documents, Unreachable
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import RSA, Served, served


def fetched(url: str) -> Any:
    async def play() -> Any:
        documents = Documents()
        try:
            return await documents(url)
        finally:
            await documents.close()

    return asyncio.run(play())


def answering(status: int, content: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def refused(issuer: Served, told: Any) -> str:
    issuer.documents["/keys"] = told
    with pytest.raises(Unreachable) as raised:
        fetched(f"{issuer.url}/keys")
    return str(raised.value)


def test_a_document_is_fetched() -> None:
    with served(RSA) as issuer:
        assert fetched(f"{issuer.url}/keys") == {"keys": [RSA.public]}


def test_what_is_no_document_is_told() -> None:
    with served(RSA) as issuer:
        assert "status 404" in refused(issuer, None)
        assert "status 302" in refused(issuer, answering(302, b"", Location="/.well-known/openid-configuration"))
        assert "no JSON" in refused(issuer, answering(200, b"<html>"))
        assert "no JSON" in refused(issuer, answering(200, b"[" * 100_000))
        assert "not with a document" in refused(issuer, answering(200, gzip.compress(b"{}"), Content_Encoding="gzip"))
        assert f"more than {LARGEST // 1024} KiB" in refused(issuer, answering(200, b" " * (LARGEST + 1)))
        gone = issuer.url
    with pytest.raises(Unreachable, match="can't be reached"):
        fetched(gone)


def test_a_document_without_an_end_is_left() -> None:
    sent = []

    def for_ever(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while len(sent) < 1600:  # 100 MiB
                handler.wfile.write(b"x" * 65536)
                sent.append(65536)
        except OSError:
            return

    with served(RSA) as issuer:
        assert "KiB" in refused(issuer, for_ever)
    assert sum(sent) < 40 * 2**20, "what is on its way in sockets, and no more"


def test_a_document_that_drips_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LONGEST", 0.3)
    ended = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not ended.wait(0.05):
                handler.wfile.write(b" ")
        except OSError:
            return

    with served(RSA) as issuer:
        assert "took longer" in refused(issuer, drip)
        ended.set()


@pytest.mark.parametrize("url", ["http://login.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/", "https://", ""])
def test_addresses_that_others_could_answer_at_are_not_asked(url: str) -> None:
    with pytest.raises(Unreachable, match="not to be asked"):
        fetched(url)
