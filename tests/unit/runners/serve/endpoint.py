"""An endpoint's application that is asked without a server around it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from runners.models import Model
from runners.serve.app import Application
from runners.serve.bodies import Message
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel

NAME, REVISION = "employment", "aaaaaaaaaaaa"
V1, V2 = f"/v1/models/{NAME}:predict", f"/v2/models/{NAME}/infer"


class Breaking:
    """An engine that fails as no one foresaw."""

    def run(self, tensors: Mapping[str, Any], output: str) -> Any:
        raise RuntimeError("out of order")


class Endpoint:
    """An application that is asked without a server around it."""

    def __init__(self, model: Model, limit: int = 1000) -> None:
        self.model = model
        self.logged: list[Exchange] = []
        self.app = Application(ServedModel(NAME, REVISION, model, self.logged.append), limit)

    def ask(
        self, path: str, told: Any = None, method: str = "POST", query: str = "", **headers: str
    ) -> tuple[int, Any]:
        return asyncio.run(self.asked(path, told, method, query, **headers))

    async def asked(
        self, path: str, told: Any = None, method: str = "POST", query: str = "", **headers: str
    ) -> tuple[int, Any]:
        answers: list[Message] = []
        body = told if isinstance(told, bytes) else json.dumps(told).encode()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            answers.append(message)

        head = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": head, "query_string": query.encode()}
        await self.app(scope, receive, send)
        start, content = answers
        assert dict(start["headers"])[b"content-length"] == str(len(content["body"])).encode()
        return start["status"], json.loads(content["body"])
