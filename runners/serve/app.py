"""The application: one model's endpoint by versions 1 and 2 of the Open Inference Protocol, as plain ASGI.

It is ASGI by hand (https://asgi.readthedocs.io/), since a request passes here thousands of times a second; what it
answers is held to KServe's own `ModelServer` by tests. A client's mistake is answered with 4xx, always: until a request
was read and fits the model, whatever fails is the request's fault.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runners.models import Model, ModelInputError, Prediction
from runners.serve.answers import JSON, Answer, inferred, refused, told
from runners.serve.batches import Batches
from runners.serve.bodies import Message, Receive, is_known, read, unpacked
from runners.serve.columns import Columns, of_instances, of_tensors
from runners.serve.described import described
from runners.serve.explaining import Explaining, missing
from runners.serve.form import POLICY, form
from runners.serve.openapi import openapi
from runners.serve.request_context import Exchange, new_id
from runners.serve.requests import Inference, read_inference, read_json
from runners.serve.responses import as_outputs, as_predictions
from runners.serve.types import JSON_LENGTH

Send = Callable[[Message], Awaitable[None]]
Head = dict[bytes, bytes]

SMOKE, REQUEST = b"x-setpoint-smoke", b"x-setpoint-request"
SERVER, VERSION = "setpoint", "2"
EXTENSIONS = ("binary_tensor_data",)
_HTML = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"vary", b"accept"),
)
SHUT = "/v2/repository"
"""Loading and unloading of models: the process serves the one that it was started with."""
_SHUT = "models are not loaded or unloaded here: pin another model in the deployment's spec"
_UNREADABLE = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError, AssertionError),
    MemoryError,
)
"""What may fail in NumPy and here while a request is read that nobody foresaw."""


class Application:
    """An endpoint's application.

    Args:
        name: the model's name in the protocol's paths.
        model: the model.
        body_limit: bytes of the largest request, as it came and as it is unpacked.
        log: told of every inference, but those of smoke tests.
    """

    def __init__(self, name: str, model: Model, body_limit: int, log: Callable[[Exchange], None]) -> None:
        self._name, self._model, self._limit, self._log = name, model, body_limit, log
        self._batches = Batches(model)
        self._predict, self._infer = f"/v1/models/{name}:predict", f"/v2/models/{name}/infer"
        self._explaining = Explaining(name, model)
        self._pages = pages(name, model)
        self._form = Answer(200, form(name, model.signature).encode(), _HTML)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["method"] == "POST":
            answer = await self._post(scope, receive)
        else:
            answer = self._get(scope["path"], scope["method"], dict(scope["headers"]))
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    def _get(self, path: str, method: str, head: Head) -> Answer:
        if method not in ("GET", "HEAD"):
            return refused(405, f"{method} isn't answered here", (*JSON, (b"allow", b"GET, HEAD, POST")))
        if path == "/metrics":
            return Answer(200, generate_latest(), ((b"content-type", CONTENT_TYPE_LATEST.encode()),))
        if path == "/" and b"text/html" in head.get(b"accept", b""):
            return self._form
        if (page := self._pages.get(path)) is not None:
            return page
        if path in (self._predict, self._infer) or path in self._explaining.paths:
            return refused(405, "post a request here", (*JSON, (b"allow", b"POST")))
        return self._unknown(path)

    async def _post(self, scope: Message, receive: Receive) -> Answer:
        path, head = scope["path"], dict(scope["headers"])
        exchange = Exchange(head.get(REQUEST, b"").decode("latin-1") or new_id(), time=time.time())
        exchange.query = scope.get("query_string", b"").decode("latin-1")
        began = time.perf_counter()
        is_inference = path in (self._predict, self._infer)
        try:
            answer = await self._answer(path, head, receive, exchange)
        except ModelInputError as error:
            exchange.error = str(error)
            answer = refused(400, exchange.error)
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            answer = _failed(error, exchange)
        exchange.status, exchange.seconds = answer.status, time.perf_counter() - began
        if is_inference and SMOKE not in head:
            self._log(exchange)
        return answer

    async def _answer(self, path: str, head: Head, receive: Receive, exchange: Exchange) -> Answer:
        body = await read(receive, self._limit, _announced(head))
        if body is not None and (encoding := head.get(b"content-encoding", b"identity")).lower() != b"identity":
            if not is_known(encoding):
                what = f"(Content-Encoding {encoding.decode('latin-1')[:40]} isn't read)"
                return refused(415, f"send requests uncompressed, or by gzip or deflate {what}")
            try:
                body = unpacked(body, encoding, self._limit)
            except ValueError as error:
                return refused(400, f"the body can't be unpacked as the Content-Encoding says: {error}")
        if body is None:
            limit = f"{self._limit / 2**20:g} MiB"
            return refused(413, f"the request is larger than {limit}: send fewer rows in each request")
        exchange.size = len(body)
        if path == self._infer:
            return await self._inferred(read_inference(body, head.get(JSON_LENGTH)), exchange)
        if path == self._predict:
            columns = of_instances(read_json(body), self._model.signature)
            return told(as_predictions(await self._prediction(columns, exchange), self._model.signature))
        if path in self._explaining.paths:
            return await self._explaining.answer(path, body, head, exchange)
        return self._unknown(path)

    async def _inferred(self, asked: Inference, exchange: Exchange) -> Answer:
        signature = self._model.signature
        prediction = await self._prediction(of_tensors(asked.inputs, signature), exchange)
        outputs = as_outputs(prediction, signature, asked.requested)
        binary = {output.name for output in outputs} if asked.is_binary else asked.binary
        return inferred(self._name, asked.id or exchange.id, outputs, binary)

    async def _prediction(self, columns: Columns, exchange: Exchange) -> Prediction:
        if self._model.signature.image:
            columns = await asyncio.to_thread(self._model.prepared, columns)
        tensors = self._model.prepare(columns)
        exchange.is_read = True
        prediction = await self._batches.answer(tensors)
        exchange.columns, exchange.prediction = columns, prediction
        return prediction

    def _unknown(self, path: str) -> Answer:
        if path.startswith(SHUT):
            return refused(404, _SHUT)
        _, version, word, *rest = [*path.split("/"), "", ""]
        if version in ("v1", "v2") and word == "models" and rest[0]:
            other = rest[0].partition(":")
            if other[0] != self._name:
                return refused(404, f"the model {other[0][:100]} does not exist: this endpoint serves {self._name}")
            what = "/".join(rest[1:]).strip("/") or other[2]
            if what == "explain":
                return refused(404, missing(self._name))
            return refused(404, f"{self._name} has no {what[:100]}")
        return refused(404, "Not Found: ask /v2/models for the model that is served here")


def pages(name: str, model: Model) -> dict[str, Answer]:
    """Return what is answered to who asks what this is, by path."""
    signature = model.signature
    ready = told({"name": name, "ready": True})
    return {
        "/": told({"status": "alive"}),
        "/openapi.json": told(openapi(name, signature)),
        "/v1/models": told({"models": [name]}),
        f"/v1/models/{name}": ready,
        "/v2": told({"name": SERVER, "version": VERSION, "extensions": EXTENSIONS}),
        "/v2/health/live": told({"live": True}),
        "/v2/health/ready": told({"ready": True}),
        "/v2/models": told({"models": [name]}),
        f"/v2/models/{name}": told(described(name, signature)),
        f"/v2/models/{name}/ready": ready,
    }


def _announced(head: Head) -> int:
    length = head.get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _failed(error: Exception, exchange: Exchange) -> Answer:
    """Answer what nobody foresaw: until the request was read it is the request's fault, and ours after that."""
    if not exchange.is_read and isinstance(error, _UNREADABLE):
        exchange.error = f"the request can't be read: {str(error)[:300] or type(error).__name__}"
        return refused(400, exchange.error)
    structlog.get_logger().error("a request that was read couldn't be answered", exc_info=error)
    exchange.error = f"the model can't answer: {type(error).__name__}"
    return refused(500, exchange.error)
