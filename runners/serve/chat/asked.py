"""What a request asks for, by OpenAI's protocol. Pure functions.

https://platform.openai.com/docs/api-reference/chat
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from runners.contract.mistakes import as_written, shown
from runners.models.generation import ROLES, Sampling

USUAL_TOKENS, MOST_TOKENS = 256, 4096
"""Tokens of an answer where the request doesn't say how many, and the most that it may say."""
MOST_CHOICES, MOST_STOPS = 8, 4
_ROLES: Mapping[str, str] = MappingProxyType({**{role: role for role in ROLES}, "developer": "system"})
_NOT_HERE = ("tools", "functions", "logprobs", "top_logprobs", "logit_bias", "audio", "prediction", "suffix", "echo")
"""What would change an answer and isn't done here; the rest that OpenAI has is read over."""
_PENALTIES = ("presence_penalty", "frequency_penalty")


class Mistake(ValueError):
    """A client's mistake: in which parameter, and what is to be done."""

    def __init__(self, what: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(what)
        self.what, self.param, self.code, self.status = what, param, code, status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    model: str
    messages: tuple[tuple[str, str], ...]
    """Roles and texts of a chat; of a completion none."""
    prompt: str = ""
    how: Sampling = field(default_factory=Sampling)
    tokens: int = USUAL_TOKENS
    stops: tuple[str, ...] = ()
    choices: int = 1
    is_streamed: bool = False
    tells_usage: bool = False
    """Whether a stream ends with how many tokens it took."""


def read(told: Any, *, is_chat: bool) -> Asked:
    """Read a request.

    Raises:
        Mistake: it can't be answered.
    """
    if not isinstance(told, Mapping):
        raise Mistake("send a JSON object")
    _only_what_is_done(told)
    options = told.get("stream_options")
    if options is not None and not isinstance(options, Mapping):
        raise Mistake('stream_options is an object, such as {"include_usage": true}', "stream_options")
    return Asked(
        model=_text(told, "model"),
        messages=_messages(told.get("messages")) if is_chat else (),
        prompt="" if is_chat else _text(told, "prompt"),
        how=Sampling(
            _number(told, "temperature", 1.0, 0.0, 2.0), _number(told, "top_p", 1.0, 0.0, 1.0), _seed(told.get("seed"))
        ),
        tokens=_tokens(told),
        stops=_stops(told.get("stop")),
        choices=_whole(told, "n", 1, 1, MOST_CHOICES),
        is_streamed=_truth(told, "stream"),
        tells_usage=_truth(options or {}, "include_usage"),
    )


def _only_what_is_done(told: Mapping[str, Any]) -> None:
    for name in _NOT_HERE:
        if told.get(name):
            raise Mistake(f"{name} isn't done here: leave it out", name, "unsupported_parameter")
    for name in _PENALTIES:
        if _number(told, name, 0.0, -2.0, 2.0):
            raise Mistake(f"{name} isn't done here: leave it out", name, "unsupported_parameter")
    wanted = told.get("response_format")
    if wanted is not None and (not isinstance(wanted, Mapping) or wanted.get("type") != "text"):
        raise Mistake("only text is answered: leave response_format out", "response_format", "unsupported_parameter")


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    if isinstance(value, list) and len(value) == 1 and name == "prompt":
        value = value[0]
    if not isinstance(value, str):
        what = "is missing" if value is None else f"is {shown(value)}"
        raise Mistake(f"{name} {what}: give a text", name)
    return value


def _messages(told: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, list) or not told:
        raise Mistake('messages is a list of at least one, such as [{"role": "user", "content": "…"}]', "messages")
    found = []
    for place, one in enumerate(told):
        where = f"messages[{place}]"
        if not isinstance(one, Mapping):
            raise Mistake(f"{where} is an object with role and content", where)
        role = one.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise Mistake(f"{where}.role is {shown(role)}: give one of {', '.join(_ROLES)}", f"{where}.role")
        found.append((_ROLES[role], _content(one.get("content"), f"{where}.content")))
    return tuple(found)


def _content(told: Any, where: str) -> str:
    """Return the text of a message, which may come in parts."""
    if isinstance(told, str):
        return told
    parts: Sequence[Any] = told if isinstance(told, list) else ()
    texts = [one.get("text") for one in parts if isinstance(one, Mapping) and one.get("type") == "text"]
    if not parts or len(texts) < len(parts) or not all(isinstance(text, str) for text in texts):
        raise Mistake(f"{where} is a text, or a list of parts that are texts", where)
    return "".join(map(str, texts))


def _number(told: Mapping[str, Any], name: str, usual: float, least: float, most: float) -> float:
    value = told.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Mistake(f"{name} is {as_written(value)}: give a number from {least:g} to {most:g}", name)
    return float(value)


def _whole(told: Mapping[str, Any], name: str, usual: int, least: int, most: int) -> int:
    value = told.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Mistake(f"{name} is {as_written(value)}: give a whole number from {least} to {most}", name)
    return value


def _tokens(told: Mapping[str, Any]) -> int:
    name = "max_completion_tokens" if told.get("max_completion_tokens") is not None else "max_tokens"
    return _whole(told, name, USUAL_TOKENS, 1, MOST_TOKENS)


def _seed(told: Any) -> int | None:
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int) or not abs(told) < 2**63:
        raise Mistake(f"seed is {as_written(told)}: give a whole number of 64 bits", "seed")
    return told % 2**64


def _stops(told: Any) -> tuple[str, ...]:
    listed = [told] if isinstance(told, str) else told or []
    if not isinstance(listed, list) or len(listed) > MOST_STOPS or not all(isinstance(s, str) and s for s in listed):
        raise Mistake(f"stop is a text or a list of at most {MOST_STOPS}, none of them empty", "stop")
    return tuple(listed)


def _truth(told: Mapping[str, Any], name: str) -> bool:
    value = told.get(name)
    if not isinstance(value, bool | None):
        raise Mistake(f"{name} is {as_written(value)}: give true or false", name)
    return bool(value)
