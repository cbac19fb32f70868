"""Around the application: limits, shut paths, and what is logged."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest

from runners.serve.middleware import Message, Middleware, Receive, Send, read, told_as_json, wrong_in
from runners.serve.request_context import NOW, Exchange

INFER = "/v2/models/employment/infer"


class Application:
    """An application that says how much it was sent, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.bodies: list[bytes] = []
        self.exchanges: list[Exchange | None] = []
        self.breaks = breaks

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.exchanges.append(NOW.get())
        if scope["type"] != "http":
            return
        message = await receive()
        self.bodies.append(message["body"])
        if self.breaks:
            raise RuntimeError("it broke")
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})
        assert (await receive())["type"] == "http.disconnect"


class Server:
    """Plays the server: sends a body in parts, keeps what is answered."""

    def __init__(self, limit: int = 10, *, breaks: bool = False) -> None:
        self.app = Application(breaks=breaks)
        self.logged: list[Exchange] = []
        self._supervisor = Middleware(self.app, limit, self.logged.append)
        self.received = 0

    def ask(
        self, path: str, parts: Iterable[bytes] = (b"",), method: str = "POST", **headers: str
    ) -> tuple[int, bytes]:
        answers: list[Message] = []
        waiting = list(parts)
        messages = [
            {"type": "http.request", "body": part, "more_body": place < len(waiting) - 1}
            for place, part in enumerate(waiting)
        ]

        async def receive() -> Message:
            self.received += 1
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answers.append(message)

        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": told}
        asyncio.run(self._supervisor(scope, receive, send))
        return answers[0]["status"], b"".join(item.get("body", b"") for item in answers)

    def other(self, kind: str) -> None:
        async def nothing(*_: Any) -> Message:
            return {}

        async def forget(_: Message) -> None:
            return

        asyncio.run(self._supervisor({"type": kind}, nothing, forget))


def test_a_request_is_passed_on_whole() -> None:
    server = Server()
    assert server.ask(INFER, (b"123", b"", b"45")) == (201, b"fine")
    assert server.app.bodies == [b"12345"]


def test_an_inference_is_logged_with_its_status_and_time() -> None:
    server = Server()
    server.ask(INFER, (b"1",), x_setpoint_request="an-id")
    server.ask("/v1/models/employment:predict", (b"1",))
    first, second = server.logged
    assert (first.id, first.status) == ("an-id", 201)
    assert first.seconds > 0
    assert first.time > 1_700_000_000
    assert len(second.id) == 36
    assert server.app.exchanges == [first, second]
    assert NOW.get() is None


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        (INFER, "POST", {"x_setpoint_smoke": "1"}),
        (INFER, "GET", {}),
        ("/v2/health/ready", "GET", {}),
        ("/v1/models/employment:explain", "POST", {}),
    ],
)
def test_other_requests_and_smoke_tests_are_not_logged(path: str, method: str, headers: dict[str, str]) -> None:
    server = Server()
    assert server.ask(path, (b"1",), method, **headers)[0] == 201
    assert server.logged == []


@pytest.mark.parametrize("parts", [(b"x" * 11,), (b"x" * 6, b"x" * 6, b"x")])
def test_too_large_a_request_is_read_to_its_end_and_refused(parts: tuple[bytes, ...]) -> None:
    server = Server()
    status, body = server.ask(INFER, parts)
    assert (status, json.loads(body)) == (
        413,
        {"error": "the request is larger than 9.53674e-06 MiB: send fewer rows in each request"},
    )
    assert server.received == len(parts)
    assert server.app.bodies == []
    assert server.logged[0].status == 413


def test_one_that_says_it_is_too_large_is_believed() -> None:
    assert Server().ask(INFER, (b"x",), content_length="11")[0] == 413
    assert Server().ask(INFER, (b"x" * 10,), content_length="10")[0] == 201


def test_models_are_not_unloaded() -> None:
    server = Server()
    status, body = server.ask("/v2/repository/models/employment/unload")
    assert (status, "pin another model" in json.loads(body)["error"]) == (404, True)
    assert server.app.bodies == []


def test_an_application_that_breaks_is_not_hidden() -> None:
    server = Server(breaks=True)
    with pytest.raises(RuntimeError):
        server.ask(INFER)
    assert server.logged == []
    assert NOW.get() is None


def test_the_application_s_own_life_is_not_its_affair() -> None:
    server = Server()
    server.other("lifespan")
    assert server.app.exchanges == [None]


def test_a_body_without_end_is_not_read_for_ever() -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": bytes(2**26), "more_body": True}

    assert asyncio.run(read(receive, 10)) is None


HALF = "the body holds half a character (a lone \\ud800 to \\udfff): send whole ones"
NO_JSON = "NaN and Infinity are no JSON: send null where a value is missing"
LENGTH = "the header Inference-Header-Content-Length is a number of bytes, up to the body's 4"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (rb'{"a": "\ud800"}', HALF),
        (rb'{"a": "\udc00\ud83d"}', HALF),
        (rb'{"a": "\ud83d\ude00"}', ""),
        (rb'{"a": "\\ud800"}', ""),
        (rb'{"a": "\ud7ff"}', ""),
        (rb'{"a": ', ""),
        (b'{"a": NaN}', NO_JSON),
        (b"[1,-Infinity]", NO_JSON),
        (b"NaN", NO_JSON),
        (b'{"a": "it is NaN, see"}', ""),
    ],
)
def test_what_readers_disagree_on_is_found(body: bytes, wrong: str) -> None:
    assert wrong_in(body, None) == wrong


@pytest.mark.parametrize(
    ("length", "wrong"),
    [(b"4", ""), (b"0", ""), (b"5", LENGTH), (b"-1", LENGTH), (b"abc", LENGTH), (b"9" * 99, LENGTH)],
)
def test_the_length_of_the_json_before_binary_data(length: bytes, wrong: str) -> None:
    assert wrong_in(b"null", length) == wrong


@pytest.mark.parametrize(("is_read", "status", "told"), [(False, 500, 400), (False, 501, 404), (True, 500, 500)])
def test_what_fails_before_a_request_was_read_is_its_own_fault(is_read: bool, status: int, told: int) -> None:
    server = Server()

    async def fails(_: Message, __: Receive, send: Send) -> None:
        exchange = NOW.get()
        assert exchange
        exchange.is_read = is_read
        await send({"type": "http.response.start", "status": status, "headers": []})

    server._supervisor._app = fails
    assert server.ask(INFER)[0] == told
    assert server.logged[0].status == told


def test_events_and_binary_data_keep_their_type() -> None:
    event = [(b"content-type", b"application/cloudevents+json; charset=utf-8")]
    binary = [(b"inference-header-content-length", b"2"), (b"content-type", b"application/octet-stream")]
    assert told_as_json(event) == event
    assert told_as_json(binary) == binary
    assert told_as_json([(b"a", b"b"), (b"content-type", b"text/plain")]) == [
        (b"a", b"b"),
        (b"content-type", b"application/json"),
    ]
