"""An endpoint's application that is asked without a server around it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from runners.models import Model
from runners.serve.answers import Answer
from runners.serve.app import Application
from runners.serve.door import Door
from runners.serve.http.request import Request
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels

NAME, REVISION = "employment", "aaaaaaaaaaaa"
V1, V2 = f"/v1/models/{NAME}:predict", f"/v2/models/{NAME}/infer"


class Breaking:
    """An engine that fails as no one foresaw."""

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        raise RuntimeError("out of order")


class Endpoint:
    """An application that is asked without a server around it."""

    def __init__(self, model: Model, limit: int = 1000, door: Door | None = None) -> None:
        self.model, self._limit = model, limit
        self.logged: list[Exchange] = []
        self.app = Application(ServedModels(ServedModel(NAME, REVISION, model, self.logged.append)), limit, door)

    def ask(
        self, path: str, told: Any = None, method: str = "POST", query: str = "", **headers: str
    ) -> tuple[int, Any]:
        return asyncio.run(self.asked(path, told, method, query, **headers))

    async def asked(
        self, path: str, told: Any = None, method: str = "POST", query: str = "", **headers: str
    ) -> tuple[int, Any]:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        head = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
        request = Request(method, path, query, head, body if len(body) <= self._limit else None)
        answer = await answered(self.app, request)
        return answer.status, json.loads(answer.body)


async def answered(app: Application, request: Request) -> Answer:
    """Ask an application, and wait for its answer."""
    told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    app(request, told.set_result)
    return await told
