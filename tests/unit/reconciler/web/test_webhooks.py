"""`/webhooks`, over HTTP: a hint for each delivery that is ours, and an answer at once."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconciler.forges.webhooks import LARGEST, Deliveries
from reconciler.web.health import answered, serve
from reconciler.web.webhooks import with_webhooks

SECRET = "s3cret"


@dataclass
class Place:
    """The server, and what it was told."""

    address: str = ""
    hints: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    def post(self, body: bytes, secret: str = SECRET, **headers: str) -> tuple[int, str]:
        signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            f"http://{self.address}/webhooks", body, {"X-Gitea-Signature": signed, **headers}, method="POST"
        )
        return ask(request)


def ask(request: urllib.request.Request) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())["status"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["status"]


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    inner = lambda _environ, start: answered(start, "200 OK", {"status": "inner"})  # noqa: E731
    web = with_webhooks(inner, Deliveries(SECRET), place.hints.append, place.counted.append)
    place.address, stop = serve("127.0.0.1:0", web)
    yield place
    stop()


def test_a_delivery_of_ours_is_a_hint_and_one_that_isn_t_is_none(place: Place) -> None:
    assert place.post(b"{}") == (202, "taken")
    assert place.post(b"{}") == (409, "repeated")
    assert place.post(b"{ }", secret="guessed") == (401, "unsigned")
    assert len(place.hints) == 1
    assert place.counted == ["taken", "repeated", "unsigned"]


@pytest.mark.parametrize(
    "event",
    [
        {"X-GitHub-Event": "status"},
        {"X-GitHub-Event": "check_run"},
        {"X-GitHub-Event": "check_suite"},
        {"X-Gitea-Event": "status"},
        {"X-Gitlab-Event": "Pipeline Hook", "X-Gitlab-Token": SECRET, "X-Gitlab-Event-UUID": "1"},
    ],
)
def test_what_others_check_is_a_hint_like_any_other(place: Place, event: dict[str, str]) -> None:
    assert place.post(b'{"action": "completed"}', **event) == (202, "taken")
    assert len(place.hints) == 1


def test_a_push_is_a_hint_at_its_branch(place: Place) -> None:
    assert place.post(b'{"ref": "refs/heads/main"}') == (202, "taken")
    assert place.post(b'{"ref": "refs/heads/side"}', secret="guessed") == (401, "unsigned")
    assert place.hints == ["refs/heads/main"]


def test_all_else_is_left_to_the_others(place: Place) -> None:
    assert ask(urllib.request.Request(f"http://{place.address}/healthz")) == (200, "inner")
    assert ask(urllib.request.Request(f"http://{place.address}/webhooks")) == (405, "refused")


@pytest.mark.parametrize("length", [str(LARGEST + 1), "9" * 30, "-1", "many"])
def test_a_body_that_is_too_large_or_of_an_odd_length_isn_t_read(place: Place, length: str) -> None:
    assert place.post(b"", **{"Content-Length": length}) == (413, "refused")
    assert not place.hints
