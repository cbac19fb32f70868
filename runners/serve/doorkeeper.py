"""Around the whole application: limits the size of requests, keeps paths shut, times and logs what was answered.

It is plain ASGI (https://asgi.readthedocs.io/), since a request passes here thousands of times a second.
"""

import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from runners.serve.exchange import NOW, Exchange

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

SHUT = ("/v2/repository",)
"""Loading and unloading of models: the process serves the one that it was started with."""
SMOKE, REQUEST = b"x-setpoint-smoke", b"x-setpoint-request"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MOST_DRAINED = 2**30
_SHUT = "models are not loaded or unloaded here: pin another model in the deployment's spec"
_ENDS = (":predict", "/infer")


class Doorkeeper:
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
            await self._app(scope, receive, send)

    async def _post(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        exchange = Exchange(headers.get(REQUEST, b"").decode("latin-1") or str(uuid.uuid4()), time=time.time())
        began = time.perf_counter()

        async def watched(message: Message) -> None:
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
        if b"inference-header-content-length" not in headers and has_half_character(body):
            await answer(send, 400, "the body holds half a character (a lone \\ud800 to \\udfff): send whole ones")
            return
        told = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def replay() -> Message:
            return next(told, None) or await receive()

        await self._app(scope, replay, send)


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


def has_half_character(body: bytes) -> bool:
    """Tell whether JSON holds an escaped surrogate without its other half: Python reads it, and can't write it back."""
    if not _SURROGATE.search(body):
        return False
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return "surrogate" in str(error)
    return False


async def answer(send: Send, status: int, error: str) -> None:
    """Answer with an error as JSON."""
    body = orjson.dumps({"error": error})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
