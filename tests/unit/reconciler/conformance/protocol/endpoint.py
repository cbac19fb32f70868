"""An endpoint of ours without a server around it, as the suite's client asks it; and ones that have a fault."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciler.conformance.protocol.client import Answered, Sent
from runners.models import load
from runners.serve.app import Application
from runners.serve.http.request import Request
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from tests.unit.runners.serve.endpoint import NAME, REVISION, answered
from tests.unit.runners.serve.tiny import make

Fault = Callable[[Sent, Answered], Answered]


class Endpoint:
    """Answers as ours does, and then as a fault has it."""

    def __init__(self, folder: Path, fault: Fault = lambda sent, answer: answer) -> None:
        model = load(folder, make(folder))
        self._app = Application(ServedModels(ServedModel(NAME, REVISION, model, lambda exchange: None)), 2**20)
        self._fault = fault

    def ask(self, sent: Sent) -> Answered:
        return self._fault(sent, asyncio.run(self._asked(sent)))

    async def _asked(self, sent: Sent) -> Answered:
        head = {name.lower().encode(): value.encode() for name, value in sent.headers.items()}
        answer = await answered(self._app, Request(sent.method, sent.path, "", head, sent.body))
        headers = {name.decode(): value.decode() for name, value in answer.headers}
        return Answered(answer.status, answer.body, headers)


def changed(answer: Answered, **told: Any) -> Answered:
    """Return an answer whose JSON says something else."""
    return Answered(answer.status, json.dumps({**answer.document, **told}).encode(), answer.headers)
