"""An endpoint that writes text, as OpenAI's own client sees it: whole and streamed answers, usage, and errors."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

from runners.contract.endpoint_tokens import current, key_of
from runners.serve.app import Application
from runners.serve.door import Door
from runners.serve.http.listening import serving
from runners.serve.served_model import ServedModel
from runners.serve.served_models import ServedModels
from tests.unit.runners.models.test_generation import TOLD, counting

NAME, REVISION = "poet", "aaaaaaaaaaaa"
LIMIT = 10_000
KEY = key_of("ab" * 32, NAME)
USER: Any = [{"role": "user", "content": "a"}]


@contextmanager
def served(door: Door | None = None) -> Iterator[str]:
    """Serve a model whose next token is always known, on a loop of its own; give its URL."""
    model = replace(counting(), generation=json.dumps({**TOLD, "template": {"user": "{content}"}}).encode())
    loop, port = asyncio.new_event_loop(), list[int]()
    listening, ending = threading.Event(), asyncio.Event()

    async def serve() -> None:
        app = Application(ServedModels(ServedModel(NAME, REVISION, model, lambda _: None)), LIMIT, door)
        server = serving(app, LIMIT)
        port.append(await server.start())
        listening.set()
        await ending.wait()
        await server.stop(5)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert listening.wait(30)
        yield f"http://127.0.0.1:{port[0]}/v1"
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join(30)
        loop.close()


def client_of(url: str, key: str = "unused") -> openai.OpenAI:
    return openai.OpenAI(base_url=url, api_key=key, max_retries=0, timeout=30)


@pytest.fixture(scope="module")
def client() -> Iterator[openai.OpenAI]:
    with served() as url, client_of(url) as client:
        yield client


@pytest.mark.parametrize("before", ["", "openai/"])
def test_a_chat_is_answered_whole_with_its_usage(client: openai.OpenAI, before: str) -> None:
    client = client.with_options(base_url=str(client.base_url).replace("/v1", f"/{before}v1"))
    told = client.chat.completions.create(model=NAME, messages=USER, max_tokens=3, n=2)
    assert [(one.index, one.message.role, one.message.content) for one in told.choices] == [
        (0, "assistant", "bab "),
        (1, "assistant", "bab "),
    ]
    assert {one.finish_reason for one in told.choices} == {"length"}
    assert (told.model, told.object, abs(told.created - time.time()) < 600) == (NAME, "chat.completion", True)
    assert told.usage
    assert (told.usage.prompt_tokens, told.usage.completion_tokens, told.usage.total_tokens) == (1, 6, 7)


def test_a_chat_is_streamed_part_by_part_and_tells_its_usage_last(client: openai.OpenAI) -> None:
    options: Any = {"include_usage": True}
    parts = list(
        client.chat.completions.create(model=NAME, messages=USER, max_tokens=3, stream=True, stream_options=options)
    )
    assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices) == "bab "
    assert [part.choices[0].finish_reason for part in parts if part.choices][-1] == "length"
    assert parts[0].choices[0].delta.role == "assistant"
    assert {part.object for part in parts} == {"chat.completion.chunk"}
    assert parts[-1].usage
    assert (parts[-1].choices, parts[-1].usage.total_tokens) == ([], 4)


def test_a_stream_that_is_left_leaves_the_endpoint_as_it_was(client: openai.OpenAI) -> None:
    with client.chat.completions.create(model=NAME, messages=USER, max_tokens=4000, stream=True) as stream:
        assert next(iter(stream)).id
    assert client.chat.completions.create(model=NAME, messages=USER, max_tokens=1).choices[0].message.content == "b"


def test_a_text_is_completed_and_stops_where_it_is_told(client: openai.OpenAI) -> None:
    told = client.completions.create(model=NAME, prompt="b", max_tokens=10, stop=" ")
    assert (told.choices[0].text, told.choices[0].finish_reason) == ("ab", "stop")
    parts = client.completions.create(model=NAME, prompt="b", max_tokens=2, stream=True)
    assert "".join(part.choices[0].text for part in parts if part.choices) == "ab "


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [NAME]
    assert client.models.retrieve(NAME).owned_by == "setpoint"


@pytest.mark.parametrize(
    ("more", "error", "status", "words"),
    [
        ({"model": "nobody"}, openai.NotFoundError, 404, "nobody"),
        ({"messages": [{"role": "user", "content": "z"}]}, openai.BadRequestError, 400, "no token for `z`"),
        ({"messages": []}, openai.BadRequestError, 400, "messages"),
        ({"temperature": 9}, openai.BadRequestError, 400, "temperature"),
        ({"max_tokens": 0}, openai.BadRequestError, 400, "max_tokens"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, openai.BadRequestError, 400, "tools"),
    ],
)
@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_mistake_is_raised_as_what_it_is(
    client: openai.OpenAI, more: Any, error: type[openai.APIStatusError], status: int, words: str, is_streamed: bool
) -> None:
    with pytest.raises(error) as raised:
        client.chat.completions.create(**{"model": NAME, "messages": USER, "stream": is_streamed, **more})
    assert raised.value.status_code == status
    assert words in raised.value.message
    told: Any = raised.value.body
    assert (told["type"], bool(told["message"])) == ("invalid_request_error", True)


def test_a_request_that_is_too_large_is_the_clients(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as raised:
        client.completions.create(model=NAME, prompt="a" * LIMIT)
    assert raised.value.status_code == 413


def test_who_has_no_token_where_one_is_asked_for_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    with served(Door(tmp_path / "key", f"deployments/{NAME}", REVISION)) as url:
        with client_of(url) as stranger, pytest.raises(openai.AuthenticationError, match="asks for a token"):
            stranger.chat.completions.create(model=NAME, messages=USER)
        with client_of(url, current(KEY, time.time())) as known:
            assert (
                known.chat.completions.create(model=NAME, messages=USER, max_tokens=1).choices[0].message.content == "b"
            )
