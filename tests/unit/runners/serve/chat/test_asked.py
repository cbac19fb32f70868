"""Requests by OpenAI's protocol: what they say, and what is told of those that can't be answered."""

from typing import Any

import pytest

from runners.models.generation import Sampling
from runners.serve.chat.asked import Mistake, read
from tests.unit.runners.serve.chat.talking import chat


def test_what_is_not_said_is_as_openai_has_it() -> None:
    asked = read(chat(), is_chat=True)
    assert (asked.messages, asked.how, asked.choices, asked.is_streamed) == (
        (("user", "Tell a story"),),
        Sampling(),
        1,
        False,
    )
    assert read(chat(user="me", store=True, metadata={}, tools=[], n=None), is_chat=True) == asked


def test_messages_may_come_in_parts_and_developers_are_the_system() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    told = {"model": "m", "messages": [{"role": "developer", "content": "x"}, {"role": "user", "content": parts}]}
    assert read(told, is_chat=True).messages == (("system", "x"), ("user", "ab"))


def test_either_name_of_the_most_tokens_is_read() -> None:
    assert read(chat(max_tokens=5), is_chat=True).tokens == 5
    assert read(chat(max_tokens=5, max_completion_tokens=6), is_chat=True).tokens == 6
    assert read({"model": "m", "prompt": ["one"]}, is_chat=False).prompt == "one"


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 3}, "model"),
        ({"messages": None}, "messages"),
        ({"messages": ["x"]}, "messages[0]"),
        ({"messages": [{"role": "cat", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": "high"}, "top_p"),
        ({"n": 0}, "n"),
        ({"n": 1.5}, "n"),
        ({"max_tokens": 10**9}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"seed": 2**70}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stop": [""]}, "stop"),
        ({"stop": 3}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": "x"}, "stream_options"),
        ({"presence_penalty": 1}, "presence_penalty"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
    ],
)
def test_what_cannot_be_answered_says_which_parameter(more: dict[str, Any], param: str) -> None:
    with pytest.raises(Mistake) as caught:
        read(chat() | more, is_chat=True)
    assert (caught.value.param, caught.value.status) == (param, 400)
