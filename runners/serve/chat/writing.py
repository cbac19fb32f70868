"""Writing: one token after the other, by one thread for all requests, in turn.

A request is answered when its text is whole, or is sent as it is written by server-sent events. A client that goes away
ends its text; how many are written at once and how long one may take is bounded.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from functools import cached_property

import structlog

from runners.models import ModelInputError
from runners.models.generation import Generator
from runners.serve.answers import JSON, Answer, Streamed
from runners.serve.chat import told
from runners.serve.chat.asked import Asked, Mistake, read
from runners.serve.chat.stopping import Stopping
from runners.serve.request_context import Exchange
from runners.serve.requests import read_json
from runners.serve.served_model import ServedModel

MOST_AT_ONCE = 16
"""Requests whose texts are written; more are told to come again."""
SECONDS = 120.0
"""After which a text ends where it is."""
CHAT, TEXT = "chat/completions", "completions"


class Writing:
    """Answers by OpenAI's protocol.

    Args:
        served: the model, under its name.
        generator: what writes its texts.
    """

    def __init__(self, served: ServedModel, generator: Generator) -> None:
        self._served, self._generator = served, generator
        self.created = int(time.time())
        # The second is where KServe's own servers of such models have it.
        self.paths: Mapping[str, bool] = {
            f"{before}/v1/{path}": path == CHAT for before in ("", "/openai") for path in (CHAT, TEXT)
        }
        self._busy = 0

    @property
    def model(self) -> dict[str, object]:
        """Return what `/v1/models` tells of it."""
        return told.model(self._served.name, self.created)

    async def answer(self, path: str, body: bytes | bytearray, exchange: Exchange) -> Answer | Streamed:
        """Answer one request; a mistake is answered in OpenAI's form."""
        exchange.is_logged, is_chat = False, self.paths[path]
        try:
            asked = read(read_json(body), is_chat=is_chat)
            if asked.model != self._served.name:
                what = f"the model {asked.model[:100]} does not exist: this endpoint serves {self._served.name}"
                raise Mistake(what, "model", "model_not_found", 404)
            prompt = self._generator.prompt_of(asked.messages) if is_chat else asked.prompt
            count = self._generator.tokens_in(prompt)
        except Mistake as error:
            return told.refused(error.status, error.what, error.param, error.code)
        except ModelInputError as error:
            return told.refused(400, error.what, "messages" if is_chat else "prompt")
        exchange.is_read = True
        if self._busy >= MOST_AT_ONCE:
            what = f"{MOST_AT_ONCE} texts are being written: ask again in a second"
            return told.refused(429, what, code="rate_limit_exceeded", headers=(*JSON, (b"retry-after", b"1")))
        head = told.Head(exchange.id, self._served.name, self._served.version, int(exchange.time), is_chat)
        if asked.is_streamed:
            return Streamed(self._streamed(head, asked, prompt, count, exchange), told.STREAM)
        return await self._whole(head, asked, prompt, count)

    async def _whole(self, head: told.Head, asked: Asked, prompt: str, count: int) -> Answer:
        texts, finishes, written = [""] * asked.choices, ["length"] * asked.choices, 0
        async with aclosing(self._parts(asked, prompt)) as parts:
            async for place, text, tokens, finish in parts:
                texts[place] += text
                finishes[place] = finish or finishes[place]
                written += tokens
        choices = [told.Choice(text, finish) for text, finish in zip(texts, finishes, strict=True)]
        return told.whole(head, choices, told.usage(count, written))

    async def _streamed(
        self, head: told.Head, asked: Asked, prompt: str, count: int, exchange: Exchange
    ) -> AsyncGenerator[bytes]:
        began = time.perf_counter()
        exchange.status = 200
        try:
            async with aclosing(self._events(head, asked, prompt, count)) as events:
                async for event in events:
                    yield event
        except Exception as error:  # noqa: BLE001 - the answer has begun, and says why it ends
            self._served.blame(error, exchange)
            yield told.broken(exchange.error)
        finally:
            self._served.tell(exchange, began)

    async def _events(self, head: told.Head, asked: Asked, prompt: str, count: int) -> AsyncGenerator[bytes]:
        written = 0
        for place in range(asked.choices):
            yield told.part(head, place, "", is_first=True)
        async with aclosing(self._parts(asked, prompt)) as parts:
            async for place, text, tokens, finish in parts:
                written += tokens
                yield told.part(head, place, text, finish=finish)
        if asked.tells_usage:
            yield told.used(head, told.usage(count, written))
        yield told.DONE

    async def _parts(self, asked: Asked, prompt: str) -> AsyncGenerator[tuple[int, str, int, str | None]]:
        """Yield which choice, what is told of it, how many tokens that took, and why it ended, if it did."""
        self._busy += 1
        until = time.monotonic() + SECONDS
        try:
            for place in range(asked.choices):
                async for text, count, finish in self._tokens(asked, prompt, place, until):
                    yield place, text, count, finish
        finally:
            self._busy -= 1

    async def _tokens(
        self, asked: Asked, prompt: str, place: int, until: float
    ) -> AsyncGenerator[tuple[str, int, str | None]]:
        seed = asked.how.seed
        how = replace(asked.how, seed=None if seed is None else seed + place)
        tokens, stopping = self._generator.generate(prompt, how), Stopping(asked.stops)
        for _ in range(asked.tokens):
            token = await asyncio.get_running_loop().run_in_executor(self._thread, next, tokens, None)
            if token is None:
                yield stopping.rest(), 0, "stop"
                return
            text = stopping.add(token)
            if stopping.is_over:
                yield text, 1, "stop"
                return
            yield text, 1, None
            if time.monotonic() > until:
                structlog.get_logger().warning("a text took too long and ends where it is", seconds=SECONDS)
                break
        yield stopping.rest(), 0, "length"

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "writing")
