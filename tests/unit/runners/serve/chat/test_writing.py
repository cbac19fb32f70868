"""Texts by OpenAI's protocol: whole and in parts, bounded, and mistakes in its form."""

import asyncio
from typing import Any

import pytest

from runners.models.generation import Sampling
from runners.serve.answers import Answer, Streamed
from runners.serve.chat import writing
from tests.unit.runners.serve.chat.talking import NAME, Saying, Talking, chat


def test_a_chat_is_answered_whole_with_what_it_took() -> None:
    talking = Talking()
    status, told = talking.ask(chat(temperature=0.5, top_p=0.9, seed=7))
    assert (status, told["object"], told["model"], told["created"]) == (200, "chat.completion", NAME, 1700000000)
    (choice,) = told["choices"]
    assert choice["message"] == {"role": "assistant", "content": "Once upon a time", "refusal": None}
    assert (choice["finish_reason"], told["usage"]["total_tokens"]) == ("stop", 7)
    assert talking.generator.prompts == [("user:Tell a story", Sampling(0.5, 0.9, 7))]


def test_a_completion_goes_on_with_a_prompt_and_ends_by_its_length() -> None:
    status, told = Talking().ask({"model": NAME, "prompt": "One day", "max_tokens": 2}, "/openai/v1/completions")
    assert (status, told["object"]) == (200, "text_completion")
    assert [(one["text"], one["finish_reason"]) for one in told["choices"]] == [("Once upon", "length")]


def test_a_text_ends_before_a_stop_however_the_tokens_cut_it() -> None:
    for stop, text in (("on a", "Once up"), (["xyz", "time"], "Once upon a "), ("e?", "Once upon a time")):
        _, told = Talking().ask(chat(stop=stop))
        assert told["choices"][0]["message"]["content"] == text


def test_several_texts_have_seeds_of_their_own() -> None:
    talking = Talking()
    _, told = talking.ask(chat(n=2, seed=5))
    assert [one["index"] for one in told["choices"]] == [0, 1]
    assert [how.seed for _, how in talking.generator.prompts] == [5, 6]


def test_a_stream_has_the_same_text_in_parts_and_ends() -> None:
    talking = Talking()
    status, parts = talking.ask(chat(stream=True, stream_options={"include_usage": True}))
    assert (status, parts[-1]) == (200, "[DONE]")
    deltas = [part["choices"][0] for part in parts[:-2]]
    assert deltas[0]["delta"] == {"role": "assistant", "content": ""}
    assert "".join(one["delta"].get("content", "") for one in deltas) == "Once upon a time"
    assert deltas[-1]["finish_reason"] == "stop"
    assert (parts[-2]["choices"], parts[-2]["usage"]["completion_tokens"]) == ([], 4)
    assert [(one.status, one.is_logged) for one in talking.told] == [(200, False)]
    _, parts = talking.ask({"model": NAME, "prompt": "x", "stream": True}, "/v1/completions")
    assert [part["choices"][0]["text"] for part in parts[:-1]][1:5] == ["Once", " upon", " a", " time"]


def test_a_stream_that_breaks_says_so_and_counts_as_ours() -> None:
    talking = Talking(Saying(failing=True))
    _, parts = talking.ask(chat(stream=True))
    assert parts[-1]["error"]["type"] == "server_error"
    assert [one.status for one in talking.told] == [500]


@pytest.mark.parametrize(
    ("asked", "status", "param"),
    [
        (b"{", 400, "messages"),
        ([], 400, None),
        (chat() | {"model": "gpt-4"}, 404, "model"),
        (chat("Straße"), 400, "messages"),
        (chat() | {"messages": []}, 400, "messages"),
        (chat(tools=[{}]), 400, "tools"),
    ],
)
def test_mistakes_are_told_in_openais_form(asked: Any, status: int, param: str | None) -> None:
    found, told = Talking().ask(asked)
    assert (found, told["error"]["param"]) == (status, param)
    assert told["error"]["type"] == "invalid_request_error"


def test_too_many_at_once_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_AT_ONCE", 1)
    talking = Talking()

    async def asked() -> int:
        first = await talking.answer(chat(stream=True))
        assert isinstance(first, Streamed)
        parts = [await anext(first.parts) for _ in range(2)]
        second = await talking.answer(chat())
        await first.parts.aclose()
        third = await talking.answer(chat())
        assert isinstance(second, Answer)
        assert isinstance(third, Answer)
        assert (len(parts), third.status) == (2, 200), "a client that goes away makes room"
        return second.status

    assert asyncio.run(asked()) == 429


def test_one_that_takes_too_long_ends_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SECONDS", -1.0)
    _, told = Talking().ask(chat())
    assert (told["choices"][0]["message"]["content"], told["choices"][0]["finish_reason"]) == ("Once", "length")
