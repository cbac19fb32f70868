"""A generator that says what it is told to, and an endpoint of it that is asked without a server around it."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from runners.models import ModelInputError
from runners.models.generation import Sampling
from runners.serve.answers import Answer, Streamed
from runners.serve.chat.writing import Writing
from runners.serve.request_context import Exchange
from runners.serve.served_model import ServedModel
from tests.unit.runners.models.graphed import constant

NAME = "poet"
SAID = ("Once", " upon", " a", " time")


class Saying:
    """Says the same, whatever it is asked; `failing` breaks after that."""

    def __init__(self, said: Sequence[str] = SAID, *, failing: bool = False) -> None:
        self.said, self._failing = said, failing
        self.prompts: list[tuple[str, Sampling]] = []

    def prompt_of(self, messages: Sequence[tuple[str, str]]) -> str:
        return "|".join(f"{role}:{text}" for role, text in messages)

    def tokens_in(self, text: str) -> int:
        if "ß" in text:
            raise ModelInputError("the model has no token for ß")
        return len(text.split())

    def generate(self, prompt: str, how: Sampling) -> Iterator[str]:
        self.prompts.append((prompt, how))
        yield from self.said
        if self._failing:
            raise RuntimeError("out of order")


class Talking:
    """An endpoint of a generator."""

    def __init__(self, generator: Saying | None = None) -> None:
        self.generator = generator or Saying()
        self.told: list[Exchange] = []
        served = ServedModel(NAME, "aaaaaaaaaaaa", constant(0.5), self.told.append)
        self.writing = Writing(served, self.generator)

    async def answer(self, told: Any, path: str = "/v1/chat/completions") -> Answer | Streamed:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return await self.writing.answer(path, body, Exchange("x", time=1700000000.0))

    def ask(self, told: Any, path: str = "/v1/chat/completions") -> tuple[int, Any]:
        """Return the status and the document of an answer; of a stream its documents, the last one as it is."""

        async def asked() -> tuple[int, Any]:
            answer = await self.answer(told, path)
            if isinstance(answer, Answer):
                return answer.status, orjson.loads(answer.body)
            lines = [part.decode().removeprefix("data: ").strip() async for part in answer.parts]
            return answer.status, [line if line == "[DONE]" else json.loads(line) for line in lines]

        return asyncio.run(asked())


def chat(text: str = "Tell a story", **more: Any) -> dict[str, Any]:
    """Return a request."""
    return {"model": NAME, "messages": [{"role": "user", "content": text}], **more}
