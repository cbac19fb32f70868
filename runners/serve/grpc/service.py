"""The methods of the service. What they are asked comes as bytes, so that what is no message is the client's fault."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import grpc

from runners.serve.about import ABOUT_SERVER, about_model
from runners.serve.door import OPEN_METHODS, WHY, Door
from runners.serve.grpc.messages import MESSAGES, SERVICE
from runners.serve.grpc.tensors import answer_of, inference_of, read
from runners.serve.request_context import REQUEST, SMOKE, Exchange, new_id
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels

Method = Callable[[bytes, Any], Awaitable[bytes]]

PATIENCE = 6
"""Turns of the event loop: grpcio hands over one request at a time, four turns apart, of however many have come."""
MOST_SAID = 1000
"""Letters of why a request is refused: gRPC has it in a header, whose size clients bound."""
CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    404: grpc.StatusCode.NOT_FOUND,
    500: grpc.StatusCode.INTERNAL,
}
"""gRPC's codes by HTTP's statuses, which the log and the metrics tell whatever a request came by."""
_REQUEST, _SMOKE = REQUEST.decode(), SMOKE.decode()


class Service(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpcio ships no types
    """The models' `inference.GRPCInferenceService`.

    Args:
        served: the models, by name.
        door: who is let in; None is everybody.
    """

    def __init__(self, served: ServedModels, door: Door | None = None) -> None:
        self._door = door
        self._models, self._guarded = served, served.first.guarded
        methods: Mapping[str, Method] = {
            "ServerLive": self._fixed("ServerLive", {"live": True}),
            "ServerReady": self._fixed("ServerReady", {"ready": True}),
            "ServerMetadata": self._fixed("ServerMetadata", ABOUT_SERVER),
            "ModelReady": self._of_model("ModelReady", {one.name: {"ready": True} for one in served}),
            "ModelMetadata": self._of_model(
                "ModelMetadata", {one.name: _without_parameters(about_model(one)) for one in served}
            ),
            "ModelInfer": self._infer,
        }
        made = {f"/{SERVICE}/{name}": grpc.unary_unary_rpc_method_handler(method) for name, method in methods.items()}
        self._handlers: Mapping[str, Any] = made

    def service(self, handler_call_details: Any) -> Any:
        """Return what answers a method; none is answered with UNIMPLEMENTED."""
        if self._door and handler_call_details.method not in _OPEN:
            head = {name: told for name, told in handler_call_details.invocation_metadata if isinstance(told, str)}
            if not self._door.admits(head.get("authorization", ""), head.get("x-api-key", "")):
                return _STRANGERS
        return self._handlers.get(handler_call_details.method)

    def _fixed(self, kind: str, told: Mapping[str, Any]) -> Method:
        answer = bytes(MESSAGES[f"{kind}Response"](**told).SerializeToString())

        async def look(data: bytes) -> bytes:
            read(f"{kind}Request", data)
            return answer

        return self._looking(look)

    def _of_model(self, kind: str, told: Mapping[str, Mapping[str, Any]]) -> Method:
        answers = {name: bytes(MESSAGES[f"{kind}Response"](**of).SerializeToString()) for name, of in told.items()}

        async def look(data: bytes) -> bytes:
            asked = read(f"{kind}Request", data)
            return answers[self._models.find(asked.name, asked.version).name]

        return self._looking(look)

    def _looking(self, look: Callable[[bytes], Awaitable[bytes]]) -> Method:
        async def method(data: bytes, context: Any) -> bytes:
            exchange = Exchange("")
            return await _or_abort(await self._guarded(look(data), exchange), exchange, context)

        return method

    async def _infer(self, data: bytes, context: Any) -> bytes:
        head = dict(context.invocation_metadata())
        exchange = Exchange(head.get(_REQUEST) or new_id(), status=200, size=len(data), time=time.time())
        began = time.perf_counter()
        found = [self._models.first]
        answer = await self._guarded(self._answer(data, exchange, found), exchange)
        if exchange.status != 404 and _SMOKE not in head:
            found[-1].tell(exchange, began)
        return await _or_abort(answer, exchange, context)

    async def _answer(self, data: bytes, exchange: Exchange, found: list[ServedModel]) -> bytes:
        message = read("ModelInferRequest", data)
        found.append(served := self._models.find(message.model_name, message.model_version))
        asked = inference_of(message)
        outputs = await served.infer(asked, exchange, PATIENCE)
        return answer_of(served.name, message.model_version, asked.id or exchange.id, outputs, is_raw=asked.is_binary)


async def _turned_away(_data: bytes, context: Any) -> bytes:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, WHY)
    return b""


_OPEN = tuple(f"/{SERVICE}/{name}" for name in OPEN_METHODS)
_STRANGERS = grpc.unary_unary_rpc_method_handler(_turned_away)


def _without_parameters(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what gRPC's message of a model has fields for."""
    return {key: told for key, told in described.items() if key != "parameters"}


async def _or_abort(answer: bytes | None, exchange: Exchange, context: Any) -> bytes:
    if answer is None:
        await context.abort(CODES[exchange.status], exchange.error[:MOST_SAID])
    return answer or b""
