"""The service of gRPC that is asked without a server around it, and messages for it."""

import asyncio
from typing import Any

from runners.models import Model
from runners.serve.door import Door
from runners.serve.grpc.messages import MESSAGES, SERVICE
from runners.serve.grpc.outcomes import Outcome, Status
from runners.serve.grpc.service import Service
from runners.serve.grpc.tensors import CONTENTS
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from tests.unit.runners.serve.endpoint import NAME, REVISION


class Aborted(Exception):
    """The call was ended with a code."""


class Spoken:
    """A model's service."""

    def __init__(self, model: Model, models: ServedModels | None = None, door: Door | None = None) -> None:
        self.logged: list[Exchange] = []
        self._service = Service(models or ServedModels(ServedModel(NAME, REVISION, model, self.logged.append)), door)

    def ask(self, method: str, message: Any = b"", **metadata: str) -> Any:
        """Return the answer of a method.

        Raises:
            Aborted: it was refused.
        """
        outcome = asyncio.run(self._outcome(method, message, metadata))
        if outcome.status is not Status.OK:
            raise Aborted(outcome.status, outcome.why)
        return MESSAGES[f"{method}Response"].FromString(outcome.message)

    async def _outcome(self, method: str, message: Any, metadata: dict[str, str]) -> Outcome:
        found = self._service.method(f"/{SERVICE}/{method}".encode())
        assert found is not None
        data = message if isinstance(message, bytes) else message.SerializeToString()
        head = {name.replace("_", "-").encode(): value.encode() for name, value in metadata.items()}
        told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        found(data, head, told.set_result)
        return await told

    def refused(self, method: str, message: Any = b"", **metadata: str) -> tuple[Status, str]:
        """Return why a method doesn't answer."""
        code, words = self.outcome(method, message, **metadata)
        assert code is not Status.OK, "it was answered"
        return code, words

    def outcome(self, method: str, message: Any = b"", **metadata: str) -> tuple[Status, str]:
        """Return the code that a method ends with, and why."""
        try:
            self.ask(method, message, **metadata)
        except Aborted as error:
            return error.args
        return Status.OK, ""


def request(*tensors: tuple[str, str, list[int], Any], name: str = NAME, **told: Any) -> Any:
    """Return a ModelInferRequest of typed contents."""
    message = MESSAGES["ModelInferRequest"](model_name=name, **told)
    for title, datatype, shape, values in tensors:
        given = message.inputs.add(name=title, datatype=datatype, shape=shape)
        getattr(given.contents, CONTENTS[datatype]).extend(values)
    return message


def raw(*tensors: tuple[str, str, list[int], bytes], name: str = NAME, **told: Any) -> Any:
    """Return a ModelInferRequest of raw contents."""
    message = MESSAGES["ModelInferRequest"](model_name=name, **told)
    for title, datatype, shape, content in tensors:
        message.inputs.add(name=title, datatype=datatype, shape=shape)
        message.raw_input_contents.append(content)
    return message
