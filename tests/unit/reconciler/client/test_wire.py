"""Requests to the page's API: what is sent, and what is taken."""

import pytest

from reconciler.client import wire
from reconciler.client.wire import TOKEN, Server
from reconciler.model.errors import Missing, Refused, SetpointError, Unavailable
from tests.unit.reconciler.client.answering import answering

API = "/api/v1"


def test_a_document_is_asked_for_with_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "abc")
    with answering({f"{API}/x?a=1": (200, b'{"b": 2}')}) as found:
        assert Server(f"{found.url}/").document("/x", a=1, b="") == {"b": 2}
        assert found.asked[0][1]["Authorization"] == "Bearer abc"
        assert Server(found.url, token="").document("/x", a=1) == {"b": 2}
        assert "Authorization" not in found.asked[1][1]


@pytest.mark.parametrize(
    ("status", "content", "kind", "told"),
    [
        (401, b'{"detail": "log in"}', Refused, "log in .*SETPOINT_TOKEN"),
        (403, b'{"detail": "you may not\\u001b[31m"}', Refused, r"you may not\\x1b\[31m"),
        (404, b'{"detail": "nothing"}', Missing, "nothing"),
        (503, b"<html>", Unavailable, "the status 503"),
        (302, b"", Refused, "sends elsewhere"),
        (200, b"<html>", Unavailable, "something else than JSON"),
        (200, b"[" * 100_000, Unavailable, "something else than JSON"),
    ],
)
def test_what_is_no_answer_is_told(status: int, content: bytes, kind: type[SetpointError], told: str) -> None:
    with answering({f"{API}/x": (status, content)}) as found, pytest.raises(kind, match=told):
        Server(found.url, token="").document("/x")


def test_what_is_too_large_isn_t_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", 10)
    with answering({f"{API}/x": (200, b"1" * 11)}) as found, pytest.raises(Unavailable, match="more than"):
        Server(found.url, token="").content("/x")


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("ftp://x", ""),
        ("x", ""),
        ("", ""),
        ("http://elsewhere.example", "abc"),
        ("https://x", "a\r\nb"),
        ("https://x", "ä"),
    ],
)
def test_what_may_not_be_sent_isn_t(url: str, token: str) -> None:
    with pytest.raises(Refused):
        Server(url, token)


def test_nobody_at_home_is_told() -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        Server("http://127.0.0.1:1", "").content("/x")
