"""The methods of the service. What they are asked comes as bytes, so that what is no message is the client's fault."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runners.serve.about import ABOUT_SERVER, about_model
from runners.serve.door import OPEN_METHODS, WHY, Door
from runners.serve.grpc.messages import MESSAGES, SERVICE
from runners.serve.grpc.outcomes import Outcome, Status, refused
from runners.serve.grpc.tensors import answer_of, inference_of, read
from runners.serve.inferring import Inferring
from runners.serve.request_context import REQUEST, SMOKE, Exchange, new_id
from runners.serve.requests import Inference
from runners.serve.responses import Output
from runners.serve.served_models import ServedModels

Head = Mapping[bytes, bytes]
Reply = Callable[[Outcome], None]
Method = Callable[[bytes, Head, Reply], None]


class Service:
    """The models' `inference.GRPCInferenceService`.

    Args:
        served: the models, by name.
        door: who is let in; None is everybody.
    """

    def __init__(self, served: ServedModels, door: Door | None = None) -> None:
        self._models, self._door = served, door
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
        self._methods = {f"/{SERVICE}/{name}".encode(): method for name, method in methods.items()}
        self._tasks: set[asyncio.Task[None]] = set()

    def method(self, path: bytes) -> Method | None:
        """Return what answers a path."""
        found = self._methods.get(path)
        return found if found is None or self._door is None or path in _OPEN else _behind(self._door, found)

    def _fixed(self, kind: str, told: Mapping[str, Any]) -> Method:
        answer = bytes(MESSAGES[f"{kind}Response"](**told).SerializeToString())

        def look(data: bytes) -> bytes:
            read(f"{kind}Request", data)
            return answer

        return self._looking(look)

    def _of_model(self, kind: str, told: Mapping[str, Mapping[str, Any]]) -> Method:
        answers = {name: bytes(MESSAGES[f"{kind}Response"](**of).SerializeToString()) for name, of in told.items()}

        def look(data: bytes) -> bytes:
            asked = read(f"{kind}Request", data)
            return answers[self._models.find(asked.name, asked.version).name]

        return self._looking(look)

    def _looking(self, look: Callable[[bytes], bytes]) -> Method:
        def method(data: bytes, _head: Head, reply: Reply) -> None:
            try:
                outcome = Outcome(Status.OK, look(data))
            except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
                exchange = Exchange("")
                self._models.first.blame(error, exchange)
                outcome = refused(exchange.status, exchange.error)
            reply(outcome)

        return method

    def _infer(self, data: bytes, head: Head, reply: Reply) -> None:
        name = head.get(REQUEST, b"").decode("latin-1") or new_id()
        exchange = Exchange(name, size=len(data), time=time.time())
        is_told, served = SMOKE not in head, self._models.first
        try:
            message = read("ModelInferRequest", data)
            served = self._models.find(message.model_name, message.model_version)
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            Call(served, exchange, reply, is_told=is_told).fail(error)
            return
        call = Call(served, exchange, reply, is_told=is_told)
        if not served.signature.image:
            call.ask(message)
            return
        task = asyncio.get_running_loop().create_task(call.wait(message))  # pictures are read by a thread
        self._tasks.add(task)  # the loop itself doesn't hold it
        task.add_done_callback(self._tasks.discard)


class Call(Inferring):
    """An inference that came by gRPC, on its way. Where no such model is served, it is nobody's and isn't logged."""

    __slots__ = ("_version",)
    _version: str

    def ask(self, message: Any) -> None:
        """Have a message answered with others."""
        self._version = message.model_version
        try:
            self._ask(inference_of(message))
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            self._fail(error)

    async def wait(self, message: Any) -> None:
        """Have a message answered that can't be read at once."""
        self._version = message.model_version
        try:
            asked = inference_of(message)
            answer = self._answered(asked, await self._served.infer(asked, self._exchange))
        except Exception as error:  # noqa: BLE001 - nothing that a client sends ends the process
            self._fail(error)
            return
        self._exchange.status = 200
        self._tell()
        self._reply(answer)

    def fail(self, error: Exception) -> None:
        """Say why it wasn't even asked."""
        self._fail(error)

    def _answered(self, asked: Inference, outputs: Sequence[Output]) -> Outcome:
        told, is_raw = asked.id or self._exchange.id, asked.is_binary
        return Outcome(Status.OK, answer_of(self._served.name, self._version, told, outputs, is_raw=is_raw))

    def _refused(self) -> Outcome:
        return refused(self._exchange.status, self._exchange.error)


_OPEN = frozenset(f"/{SERVICE}/{name}".encode() for name in OPEN_METHODS)


def _behind(door: Door, method: Method) -> Method:
    """Return a method that answers whom the door lets in."""

    def ask(data: bytes, head: Head, reply: Reply) -> None:
        told = (head.get(name, b"").decode("latin-1") for name in (b"authorization", b"x-api-key"))
        if door.admits(*told):
            method(data, head, reply)
        else:
            reply(Outcome(Status.UNAUTHENTICATED, why=WHY))

    return ask


def _without_parameters(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return what gRPC's message of a model has fields for."""
    return {key: told for key, told in described.items() if key != "parameters"}
