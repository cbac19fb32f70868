"""Around the whole application: limits the size of requests, keeps paths shut, times and logs what was answered.

It is plain ASGI (https://asgi.readthedocs.io/), since a request passes here thousands of times a second.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import orjson

from runners.serve.request_context import NOW, Exchange

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SHUT = ("/v2/repository",)
"""Loading and unloading of models: the process serves the one that it was started with."""
SMOKE, REQUEST = b"x-setpoint-smoke", b"x-setpoint-request"
BINARY = b"inference-header-content-length"
_TYPE = b"content-type"
_CLOUD_EVENTS = b"application/cloudevents+json"
UNKNOWN = 501
"""KServe's answer to what no model here has, such as versions and explanations: the fault of whoever asks for it."""
_DIGITS = 18
_NO_JSON = re.compile(rb"(?:^|[\s:,\[-])(?:NaN|Infinity)(?:[\s,\]}]|$)")
"""Python's words for numbers that JSON has none for, as far as they can be told from text without reading it."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MOST_DRAINED = 2**30
_SHUT = "models are not loaded or unloaded here: pin another model in the deployment's spec"
_ENDS = (":predict", "/infer")


class Middleware:
    """An application around the application.

    Args:
        app: the application.
        body_limit: bytes of the largest request.
        log: told of every inference, but those of smoke tests.
    """

    def __init__(self, app: App, body_limit: int, log: Callable[[Exchange], None]) -> None:
        self._app = app
        self._limit = body_limit
        self._log = log

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(SHUT):
            await answer(send, 404, _SHUT)
        elif scope["method"] == "POST":
            await self._post(scope, receive, send)
        else:
            await self._app(scope, receive, _known(send))

    async def _post(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        # An answer of 500 and more to a request that wasn't read is the request's fault, whatever it was that failed.
        exchange = Exchange(headers.get(REQUEST, b"").decode("latin-1") or str(uuid.uuid4()), time=time.time())
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            if message.get("status", 0) >= 500 and not exchange.is_read:
                message["status"] = 404 if message["status"] == UNKNOWN else 400
            exchange.status = message.get("status", exchange.status)
            await send(message)

        token = NOW.set(exchange)
        try:
            await self._answer(scope, receive, watched, headers)
        finally:
            NOW.reset(token)
            exchange.seconds = time.perf_counter() - began
            if scope["path"].endswith(_ENDS) and SMOKE not in headers and exchange.status:
                self._log(exchange)

    async def _answer(self, scope: Message, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        body = await read(receive, self._limit, int(headers.get(b"content-length", b"0") or 0))
        if body is None:
            limit = f"{self._limit / 2**20:g} MiB"
            await answer(send, 413, f"the request is larger than {limit}: send fewer rows in each request")
            return
        if (encoding := headers.get(b"content-encoding", b"identity").lower()) != b"identity":
            what = f"send requests uncompressed (Content-Encoding {encoding.decode('latin-1')[:40]} isn't read)"
            await answer(send, 415, what)
            return
        if exchange := NOW.get():
            exchange.size = len(body)
        if wrong := wrong_in(body, headers.get(BINARY)):
            await answer(send, 400, wrong)
            return
        told = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(told, None) or await receive()

        await self._app({**scope, "headers": told_as_json(scope["headers"])}, replay, send)


def told_as_json(headers: Headers) -> Headers:
    """Return a request's headers with a Content-Type of JSON, whatever its client said: nothing else is taken here.

    Curl calls all that it sends a form, and others add a charset; KServe would take neither for a request of rows.
    Binary data, and events of https://cloudevents.io/, go by headers of their own.
    """
    told = dict(headers)
    if BINARY in told or told.get(_TYPE, b"").lower().startswith(_CLOUD_EVENTS):
        return headers
    return [(name, value) for name, value in headers if name != _TYPE] + [(_TYPE, b"application/json")]


def _known(send: Send) -> Send:
    """Return what sends an answer on, and says 404 of what KServe has words for and this model hasn't."""

    async def told(message: Message) -> None:
        if message.get("status") == UNKNOWN:
            message["status"] = 404
        await send(message)

    return told


async def read(receive: Receive, limit: int, announced: int = 0) -> bytes | None:
    """Read a request's body; None when it is larger than the limit.

    A larger one is read to its end and thrown away, so that the client reads the answer instead of a broken connection.
    """
    parts: list[bytes] = []
    size, is_too_large = 0, announced > limit
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        is_too_large = is_too_large or size > limit
        parts = [] if is_too_large else [*parts, part] if part else parts
        if not message.get("more_body") or size > _MOST_DRAINED:
            return None if is_too_large else b"".join(parts)


def wrong_in(body: bytes, binary: bytes | None) -> str:
    """Say what is wrong with a body that one of the readers after this one would take, or misunderstand; or nothing.

    Args:
        body: the body.
        binary: the header that says how many of its first bytes are JSON, where binary data follows it.
    """
    if binary is not None:
        if not binary.isdigit() or len(binary) > _DIGITS or int(binary) > len(body):
            return f"the header Inference-Header-Content-Length is a number of bytes, up to the body's {len(body)}"
        body = body[: int(binary)]
    if not _SURROGATE.search(body) and not _NO_JSON.search(body):
        return ""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "surrogate" in str(error):
            return "the body holds half a character (a lone \\ud800 to \\udfff): send whole ones"
        if _NO_JSON.search(body):
            return "NaN and Infinity are no JSON: send null where a value is missing"
    return ""


async def answer(send: Send, status: int, error: str) -> None:
    """Answer with an error as JSON."""
    body = orjson.dumps({"error": error})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
