"""The application: one model's endpoint by versions 1 and 2 of the Open Inference Protocol.

What it answers is held to KServe's own `ModelServer` by tests. A client's mistake is answered with 4xx, always.
"""

import asyncio
import time
from collections.abc import Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runners.serve.about import ABOUT_SERVER, about_model
from runners.serve.answers import JSON, Answer, inferred, refused, told
from runners.serve.bodies import is_known, unpacked
from runners.serve.columns import of_instances
from runners.serve.explaining import Explaining, missing
from runners.serve.form import POLICY, form
from runners.serve.http.request import Reply, Request
from runners.serve.inferring import Inferring
from runners.serve.openapi import openapi
from runners.serve.request_context import REQUEST, SMOKE, UNIT, Exchange, new_id
from runners.serve.requests import Inference, read_inference, read_json
from runners.serve.responses import as_predictions
from runners.serve.served_model import NotServed, ServedModel
from runners.serve.types import JSON_LENGTH

Head = Mapping[bytes, bytes]

_HTML = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"vary", b"accept"),
)
CODED = b"content-encoding"
SHUT = "/v2/repository"
"""Loading and unloading of models: the process serves the one that it was started with."""
_SHUT = "models are not loaded or unloaded here: pin another model in the deployment's spec"


class Application:
    """An endpoint's application.

    Args:
        served: the model, under its name.
        body_limit: bytes of the largest request, as it came and as it is unpacked.
    """

    def __init__(self, served: ServedModel, body_limit: int) -> None:
        self._served, self._limit = served, body_limit
        name = served.name
        self._predict = f"/v1/models/{name}:predict"
        versions = [f"/versions/{served.version}"] if served.version else []
        self._infer = frozenset(f"/v2/models/{name}{version}/infer" for version in ("", *versions))
        self._explaining = Explaining(name, served.model)
        self._pages = pages(served)
        self._form = Answer(200, form(name, served.signature).encode(), _HTML)
        self._is_plain = not served.signature.image  # pictures are read by a thread
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request, at once or later."""
        method, path, query, head, body, _ = request
        if method != "POST":
            reply(self._get(path, method, head))
            return
        exchange = Exchange(head.get(REQUEST, b"").decode("latin-1") or new_id(), time=time.time())
        exchange.query, exchange.unit = query, head.get(UNIT, b"")
        if path in self._infer and body is not None and self._is_plain and CODED not in head:
            Inferring(self._served, exchange, reply, is_told=SMOKE not in head).begin(body, head.get(JSON_LENGTH))
            return
        task = asyncio.get_running_loop().create_task(self._post(request, exchange, reply))
        self._tasks.add(task)  # the loop itself doesn't hold it
        task.add_done_callback(self._tasks.discard)

    def _get(self, path: str, method: str, head: Head) -> Answer:
        if method not in ("GET", "HEAD"):
            return refused(405, f"{method} isn't answered here", (*JSON, (b"allow", b"GET, HEAD, POST")))
        if path == "/metrics":
            return Answer(200, generate_latest(), ((b"content-type", CONTENT_TYPE_LATEST.encode()),))
        if path == "/" and b"text/html" in head.get(b"accept", b""):
            return self._form
        if (page := self._pages.get(path)) is not None:
            return page
        if path == self._predict or path in self._infer or path in self._explaining.paths:
            return refused(405, "post a request here", (*JSON, (b"allow", b"POST")))
        return self._unknown(path)

    async def _post(self, request: Request, exchange: Exchange, reply: Reply) -> None:
        path, began = request.path, time.perf_counter()
        answer = await self._served.guarded(self._answer(request, exchange), exchange)
        if answer is None:
            answer = refused(exchange.status, exchange.error)
        exchange.status = answer.status
        if SMOKE not in request.head and (path == self._predict or path in self._infer):
            self._served.tell(exchange, began)
        reply(answer)

    async def _answer(self, request: Request, exchange: Exchange) -> Answer:
        path, head, body = request.path, request.head, request.body
        if body is not None and (encoding := head.get(CODED, b"identity")).lower() != b"identity":
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
        if path in self._infer:
            return await self._inferred(read_inference(body, head.get(JSON_LENGTH)), exchange)
        if path == self._predict:
            columns, signature = of_instances(read_json(body), self._served.signature), self._served.signature
            return told(as_predictions(await self._served.predict(columns, exchange), signature))
        if path in self._explaining.paths:
            return await self._explaining.answer(path, body, head, exchange)
        return self._unknown(path)

    async def _inferred(self, asked: Inference, exchange: Exchange) -> Answer:
        outputs = await self._served.infer(asked, exchange)
        binary = {output.name for output in outputs} if asked.is_binary else asked.binary
        return inferred(self._served.name, asked.id or exchange.id, outputs, binary)

    def _unknown(self, path: str) -> Answer:
        if path.startswith(SHUT):
            return refused(404, _SHUT)
        _, version, word, *rest = [*path.split("/"), "", ""]
        if version in ("v1", "v2") and word == "models" and rest[0]:
            other = rest[0].partition(":")
            try:
                self._served.find(other[0], rest[2] if rest[1:2] == ["versions"] else "")
            except NotServed as error:
                return refused(404, str(error))
            what = "/".join(rest[1:]).strip("/") or other[2]
            if what == "explain":
                return refused(404, missing(self._served.name))
            return refused(404, f"{self._served.name} has no {what[:100]}")
        return refused(404, "Not Found: ask /v2/models for the model that is served here")


def pages(served: ServedModel) -> dict[str, Answer]:
    """Return what is answered to who asks what this is, by path."""
    name, signature = served.name, served.signature
    ready = told({"name": name, "ready": True})
    described, version = told(about_model(served)), f"/v2/models/{name}/versions/{served.version}"
    return {
        "/": told({"status": "alive"}),
        "/openapi.json": told(openapi(name, signature)),
        "/v1/models": told({"models": [name]}),
        f"/v1/models/{name}": ready,
        "/v2": told(dict(ABOUT_SERVER)),
        "/v2/health/live": told({"live": True}),
        "/v2/health/ready": told({"ready": True}),
        "/v2/models": told({"models": [name]}),
        f"/v2/models/{name}": described,
        f"/v2/models/{name}/ready": ready,
        **({version: described, f"{version}/ready": ready} if served.version else {}),
    }
