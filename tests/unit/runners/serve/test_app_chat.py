"""An endpoint of a model that writes text: OpenAI's paths beside those of the Open Inference Protocol."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.runners.models.test_generation import TOLD, counting
from tests.unit.runners.serve.endpoint import NAME, Endpoint

CHAT = "/v1/chat/completions"
ASKED = {"model": NAME, "messages": [{"role": "user", "content": "a"}], "max_tokens": 3}


@pytest.fixture
def endpoint() -> Endpoint:
    told = {**TOLD, "template": {"user": "{content}"}}
    return Endpoint(replace(counting(), generation=json.dumps(told).encode()))


def test_it_writes_and_answers_as_any_model_does(endpoint: Endpoint) -> None:
    for path in (CHAT, f"/openai{CHAT}"):
        status, told = endpoint.ask(path, ASKED)
        assert (status, told["choices"][0]["message"]["content"]) == (200, "bab ")
    assert (
        endpoint.ask("/v1/completions", {"model": NAME, "prompt": "b", "max_tokens": 1})[1]["choices"][0]["text"]
        == "ab"
    )
    rows = {"instances": [{"c0": 0, "c1": 1}]}
    assert endpoint.ask(f"/v1/models/{NAME}:predict", rows)[1]["predictions"] == [2]
    assert [one.is_logged for one in endpoint.logged] == [False, False, False, True]


def test_models_are_listed_by_both_protocols(endpoint: Endpoint) -> None:
    told = endpoint.ask("/v1/models", method="GET")[1]
    assert (told["models"], told["object"], told["data"][0]["id"]) == ([NAME], "list", NAME)
    one = endpoint.ask(f"/v1/models/{NAME}", method="GET")[1]
    assert (one["ready"], one["id"], one["object"], one["owned_by"]) == (True, NAME, "model", "setpoint")


@pytest.mark.parametrize(
    ("told", "head", "status"),
    [
        (b"x" * 1001, {}, 413),
        (b"{}", {"content_encoding": "br"}, 415),
        (b"{}", {"content_encoding": "gzip"}, 400),
        ({**ASKED, "model": "other"}, {}, 404),
        ({**ASKED, "messages": [{"role": "user", "content": "z"}]}, {}, 400),
    ],
)
def test_mistakes_are_told_in_openais_form(endpoint: Endpoint, told: Any, head: dict[str, str], status: int) -> None:
    found, answer = endpoint.ask(CHAT, told, **head)
    assert (found, answer["error"]["type"]) == (status, "invalid_request_error")


def test_what_breaks_is_ours(endpoint: Endpoint) -> None:
    endpoint.model.engine._answer = lambda _: 1 / 0  # type: ignore[attr-defined]
    status, answer = endpoint.ask(CHAT, ASKED)
    assert (status, answer["error"]["type"]) == (500, "server_error")


def test_another_model_has_no_such_paths_and_none_is_got(endpoint: Endpoint) -> None:
    assert Endpoint(counting()).ask(CHAT, ASKED)[0] == 404
    assert endpoint.ask(CHAT, method="GET")[0] == 405
