"""The application: the endpoint of one or more models by versions 1 and 2 of the Open Inference Protocol.

What it answers is held to KServe's own `ModelServer` by tests. A client's mistake is answered with 4xx, always.
"""

import asyncio
import time
from collections.abc import Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runners.models.generation import generator_of
from runners.serve.about import ABOUT_SERVER, about_model
from runners.serve.answers import JSON, Answer, Headers, Streamed, inferred, refused, told
from runners.serve.bodies import is_known, unpacked
from runners.serve.chat import told as chat
from runners.serve.chat.writing import Writing
from runners.serve.columns import of_instances
from runners.serve.door import OPEN, WHY, Door
from runners.serve.explaining import Explaining, missing
from runners.serve.form import POLICY, form
from runners.serve.http.request import Reply, Request
from runners.serve.inferring import Inferring
from runners.serve.openapi import openapi
from runners.serve.request_context import REQUEST, SMOKE, UNIT, Exchange, new_id
from runners.serve.requests import Inference, read_inference, read_json
from runners.serve.responses import as_predictions
from runners.serve.served_model import NotServed, ServedModel
from runners.serve.served_models import ServedModels
from runners.serve.types import JSON_LENGTH

Head = Mapping[bytes, bytes]

_HTML = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"vary", b"accept"),
)
CODED = b"content-encoding"
SHUT = "/v2/repository"
"""Loading and unloading of models: the process serves those that it was started with."""
_SHUT = "models are not loaded or unloaded here: pin another model in the deployment's spec"


class Application:
    """An endpoint's application.

    Args:
        models: the models, by name.
        body_limit: bytes of the largest request, as it came and as it is unpacked.
        door: who is let in; None is everybody.
    """

    def __init__(self, models: ServedModels, body_limit: int, door: Door | None = None) -> None:
        self._models, self._limit, self._door = models, body_limit, door
        self._predict = {f"/v1/models/{served.name}:predict": served for served in models}
        self._infer = {path: served for served in models for path in infer_paths(served)}
        self._plain = {path: served for path, served in self._infer.items() if not served.signature.image}
        explaining = [Explaining(served.name, served.model) for served in models]
        self._explaining = {path: one for one in explaining for path in one.paths}
        first = models.first
        generator = generator_of(first.model)
        self._writing = Writing(first, generator) if generator else None
        self._chats = self._writing.paths if self._writing else {}
        self._pages = pages(models) | (written_pages(self._writing, first) if self._writing else {})
        self._form = Answer(200, form(first.name, first.signature).encode(), _HTML)
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: Request, reply: Reply) -> None:
        """Answer one request, at once or later."""
        method, path, query, head, body, _ = request
        if self._door and not _lets_in(self._door, request):
            reply(self._refused(path, 401, WHY, (*JSON, (b"www-authenticate", b"Bearer"))))
            return
        if method != "POST":
            reply(self._get(path, method, head))
            return
        exchange = Exchange(head.get(REQUEST, b"").decode("latin-1") or new_id(), time=time.time())
        exchange.query, exchange.unit = query, head.get(UNIT, b"")
        served = self._plain.get(path)  # pictures are read by a thread
        if served is not None and body is not None and CODED not in head:
            Inferring(served, exchange, reply, is_told=SMOKE not in head).begin(body, head.get(JSON_LENGTH))
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
        if path in self._predict or path in self._infer or path in self._explaining or path in self._chats:
            return refused(405, "post a request here", (*JSON, (b"allow", b"POST")))
        return self._unknown(path)

    async def _post(self, request: Request, exchange: Exchange, reply: Reply) -> None:
        path, began = request.path, time.perf_counter()
        asked = self._infer.get(path) or self._predict.get(path)
        served = asked or self._models.first
        answer = await served.guarded(self._answer(request, exchange, served), exchange)
        if answer is None:
            answer = self._refused(path, exchange.status, exchange.error)
        exchange.status = answer.status
        is_told = asked is not None or (path in self._chats and not isinstance(answer, Streamed))
        if is_told and SMOKE not in request.head:
            served.tell(exchange, began)
        reply(answer)

    def _refused(self, path: str, status: int, what: str, headers: Headers = JSON) -> Answer:
        """Return an error in the form of the protocol that was asked by."""
        return chat.refused(status, what, headers=headers) if path in self._chats else refused(status, what, headers)

    async def _answer(self, request: Request, exchange: Exchange, served: ServedModel) -> Answer | Streamed:
        path, head, body = request.path, request.head, self._body_of(request)
        if isinstance(body, Answer):
            return body
        exchange.size = len(body)
        if path in self._infer:
            return await _inferred(served, read_inference(body, head.get(JSON_LENGTH)), exchange)
        if path in self._predict:
            columns, signature = of_instances(read_json(body), served.signature), served.signature
            return told(as_predictions(await served.predict(columns, exchange), signature))
        if self._writing and path in self._chats:
            return await self._writing.answer(path, body, exchange)
        if path in self._explaining:
            return await self._explaining[path].answer(path, body, head, exchange)
        return self._unknown(path)

    def _body_of(self, request: Request) -> bytes | bytearray | Answer:
        """Return the body of a request as it was before it was packed, or why there is none."""
        path, head, body = request.path, request.head, request.body
        if body is not None and (encoding := head.get(CODED, b"identity")).lower() != b"identity":
            if not is_known(encoding):
                what = f"(Content-Encoding {encoding.decode('latin-1')[:40]} isn't read)"
                return self._refused(path, 415, f"send requests uncompressed, or by gzip or deflate {what}")
            try:
                body = unpacked(body, encoding, self._limit)
            except ValueError as error:
                return self._refused(path, 400, f"the body can't be unpacked as the Content-Encoding says: {error}")
        if body is None:
            limit = f"{self._limit / 2**20:g} MiB"
            return self._refused(path, 413, f"the request is larger than {limit}: send fewer rows in each request")
        return body

    def _unknown(self, path: str) -> Answer:
        if path.startswith(SHUT):
            return refused(404, _SHUT)
        _, version, word, *rest = [*path.split("/"), "", ""]
        if version in ("v1", "v2") and word == "models" and rest[0]:
            other = rest[0].partition(":")
            try:
                served = self._models.find(other[0], rest[2] if rest[1:2] == ["versions"] else "")
            except NotServed as error:
                return refused(404, str(error))
            what = "/".join(rest[1:]).strip("/") or other[2]
            if what == "explain":
                return refused(404, missing(served.name, served.signature))
            return refused(404, f"{served.name} has no {what[:100]}")
        return refused(404, "Not Found: ask /v2/models for the model that is served here")


def _lets_in(door: Door, request: Request) -> bool:
    if request.method in ("GET", "HEAD") and request.path in OPEN:
        return True
    bearer, key = (request.head.get(name, b"").decode("latin-1") for name in (b"authorization", b"x-api-key"))
    return door.admits(bearer, key)


async def _inferred(served: ServedModel, asked: Inference, exchange: Exchange) -> Answer:
    outputs = await served.infer(asked, exchange)
    binary = {output.name for output in outputs} if asked.is_binary else asked.binary
    return inferred(served.name, asked.id or exchange.id, outputs, binary)


def infer_paths(served: ServedModel) -> list[str]:
    """Return where a model is asked by version 2: with its version, too, where it has one."""
    versions = [f"/versions/{served.version}"] if served.version else []
    return [f"/v2/models/{served.name}{version}/infer" for version in ("", *versions)]


def pages(models: ServedModels) -> dict[str, Answer]:
    """Return what is answered to who asks what this is, by path."""
    names, first = told({"models": models.names}), models.first
    found = {
        "/": told({"status": "alive"}),
        "/openapi.json": told(openapi(first.name, first.signature)),
        "/v1/models": names,
        "/v2": told(dict(ABOUT_SERVER)),
        "/v2/health/live": told({"live": True}),
        "/v2/health/ready": told({"ready": True}),
        "/v2/models": names,
    }
    for served in models:
        found |= _pages_of(served)
    return found


def _pages_of(served: ServedModel) -> dict[str, Answer]:
    name = served.name
    ready = told({"name": name, "ready": True})
    described, version = told(about_model(served)), f"/v2/models/{name}/versions/{served.version}"
    return {
        f"/v1/models/{name}": ready,
        f"/v2/models/{name}": described,
        f"/v2/models/{name}/ready": ready,
        **({version: described, f"{version}/ready": ready} if served.version else {}),
    }


def written_pages(writing: Writing, served: ServedModel) -> dict[str, Answer]:
    """Return what `/v1/models` answers of a model that writes text: version 1's words, and OpenAI's beside them."""
    model = writing.model
    listed = told({"models": [served.name], "object": "list", "data": [model]})
    one = told({"name": served.name, "ready": True, **model})
    found = {f"{before}/v1/models": listed for before in ("", "/openai")}
    return found | {f"{before}/v1/models/{served.name}": one for before in ("", "/openai")}
