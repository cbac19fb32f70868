"""What is answered, by OpenAI's protocol: whole, in parts of a stream, and errors. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from runners.serve.answers import JSON, Answer, Headers

STREAM: Headers = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
DONE = b"data: [DONE]\n\n"
OWNER = "setpoint"


@dataclass(frozen=True, slots=True)
class Head:
    """What all parts of an answer say."""

    id: str
    model: str
    version: str
    created: int
    is_chat: bool

    def document(self, *, is_part: bool) -> dict[str, Any]:
        """Return the beginning of a document."""
        kind = "chat.completion" if self.is_chat else "text_completion"
        return {
            "id": f"{'chatcmpl' if self.is_chat else 'cmpl'}-{self.id}",
            "object": f"{kind}.chunk" if is_part and self.is_chat else kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.version or None,
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """One text, and why it ended: at a stop or by itself, or by its length."""

    text: str
    finish: str


def usage(prompt: int, completion: int) -> dict[str, int]:
    """Return how many tokens a request took."""
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def whole(head: Head, choices: Sequence[Choice], used: Mapping[str, int]) -> Answer:
    """Return an answer that isn't streamed."""
    told = [
        {"index": place, **_said(head, one.text), "logprobs": None, "finish_reason": one.finish}
        for place, one in enumerate(choices)
    ]
    return Answer(200, orjson.dumps({**head.document(is_part=False), "choices": told, "usage": used}))


def _said(head: Head, text: str) -> dict[str, Any]:
    return {"message": {"role": "assistant", "content": text, "refusal": None}} if head.is_chat else {"text": text}


def part(head: Head, place: int, text: str, *, finish: str | None = None, is_first: bool = False) -> bytes:
    """Return a part of a stream."""
    if head.is_chat:
        said = {"content": text} if text or is_first else {}
        told: dict[str, Any] = {"delta": {"role": "assistant", **said} if is_first else said}
    else:
        told = {"text": text}
    return _event(head, [{"index": place, **told, "logprobs": None, "finish_reason": finish}])


def used(head: Head, told: Mapping[str, int]) -> bytes:
    """Return the part of a stream that tells how many tokens it took."""
    return _event(head, [], told)


def _event(head: Head, choices: list[Any], told: Mapping[str, int] | None = None) -> bytes:
    document = {**head.document(is_part=True), "choices": choices, **({"usage": told} if told else {})}
    return b"data: " + orjson.dumps(document) + b"\n\n"


def broken(what: str) -> bytes:
    """Return the part of a stream that says why it ends before its end."""
    return b"data: " + orjson.dumps(_error(what, "server_error", None, None)) + b"\n\n"


def refused(
    status: int, what: str, param: str | None = None, code: str | None = None, headers: Headers = JSON
) -> Answer:
    """Return an error."""
    kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
    return Answer(status, orjson.dumps(_error(what, kind, param, code)), headers)


def _error(what: str, kind: str, param: str | None, code: str | None) -> dict[str, Any]:
    return {"error": {"message": what, "type": kind, "param": param, "code": code}}


def model(name: str, created: int) -> dict[str, Any]:
    """Return what `/v1/models` tells of a model."""
    return {"id": name, "object": "model", "created": created, "owned_by": OWNER}
