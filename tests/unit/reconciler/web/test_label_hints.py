"""`/webhooks/labelling`, over HTTP: a hint from who knows the secret, not too often, and never more."""

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconciler.forges.webhooks import LARGEST
from reconciler.web.health import answered, serve
from reconciler.web.label_hints import PATH, SELDOM, with_label_hints
from tests.unit.reconciler.web.test_webhooks import ask

SECRET = "s3cret"


@dataclass
class Place:
    """The server, its clock, and how often it hinted."""

    address: str = ""
    now: float = 0.0
    hints: list[float] = field(default_factory=list)

    def post(self, token: str | None = SECRET, path: str = PATH, **headers: str) -> tuple[int, str]:
        told = {} if token is None else {"X-Setpoint-Token": token}
        request = urllib.request.Request(f"http://{self.address}{path}", b"{}", {**told, **headers}, method="POST")
        return ask(request)


@pytest.fixture
def place() -> Iterator[Place]:
    place = Place()
    inner = lambda _environ, start: answered(start, "200 OK", {"status": "inner"})  # noqa: E731
    hint = lambda: place.hints.append(place.now)  # noqa: E731
    place.address, stop = serve("127.0.0.1:0", with_label_hints(inner, SECRET, hint, lambda: place.now))
    yield place
    stop()


def test_a_hint_asks_for_a_pass_and_several_at_once_for_one(place: Place) -> None:
    assert [place.post() for _ in range(3)] == [(202, "taken")] * 3
    place.now = SELDOM
    assert place.post() == (202, "taken")
    assert place.hints == [0.0, SELDOM]


@pytest.mark.parametrize("token", [None, "", "S3CRET", "s3cre"])
def test_who_doesn_t_know_the_secret_hints_nothing(place: Place, token: str | None) -> None:
    assert place.post(token) == (401, "refused")
    assert place.hints == []


def test_all_else_is_left_to_others(place: Place) -> None:
    assert place.post(path="/metrics") == (200, "inner")
    assert ask(urllib.request.Request(f"http://{place.address}{PATH}"))[0] == 405
    assert place.post(**{"Content-Length": str(LARGEST + 1)})[0] == 413
    assert place.hints == []
