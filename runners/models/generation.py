r"""Text from a model of the next token: `generation.json` beside it says what its columns and its classes are as text.

    {"format": 1, "tokens": ["\n", " ", "a", …], "context": ["c1", "c2", …], "pad": 0}

`tokens` are the texts of the numbers in the columns and in the classes, `context` the columns of the last tokens, the
oldest first, and `pad` stands before the beginning. `unknown` stands for text that no token has (without it such text
is refused), `end` is the token after which nothing follows, and `template` says how messages become one text.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, Self

import numpy as np

from runners.contract.mistakes import shown
from runners.models.errors import ModelInputError, ModelRefused
from runners.models.loading import GENERATION as FILE
from runners.models.model import Array, Model
from runners.models.routers import scores_of

FORMAT = 1
ROLES = ("system", "user", "assistant")
CONTENT = "{content}"
_PLAIN = MappingProxyType({**dict.fromkeys(ROLES, f"{CONTENT}\n"), "generate": ""})
_FIX = "correct generation.json where the code writes it, and train again"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    By its probability to the power of 1 / `temperature`, among the most probable that have `top_p` together; at a
    temperature of 0 always the most probable.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    seed: int | None = None


class Generator(Protocol):
    """What writes text, whatever makes it."""

    def prompt_of(self, messages: Sequence[tuple[str, str]]) -> str:
        """Return messages, each a role and a text, as one text."""

    def tokens_in(self, text: str) -> int:
        """Count the tokens of a text.

        Raises:
            ModelInputError: it has no such text.
        """

    def generate(self, prompt: str, how: Sampling) -> Iterator[str]:
        """Yield the texts of one token after the other, until the model ends by itself."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What `generation.json` says."""

    tokens: tuple[str, ...]
    context: tuple[str, ...]
    pad: int
    unknown: int | None = None
    end: int | None = None
    template: Mapping[str, str] = field(default_factory=lambda: _PLAIN)

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read the file.

        Raises:
            ModelRefused: it can't be understood.
        """
        try:
            told = json.loads(content)
            if told.get("format", FORMAT) != FORMAT:
                raise ValueError(f"its format is {shown(told['format'])}, and {FORMAT} is known here")
            return cls(
                _texts(told["tokens"]),
                _texts(told["context"]),
                _number(told["pad"]),
                None if told.get("unknown") is None else _number(told["unknown"]),
                None if told.get("end") is None else _number(told["end"]),
                {**_PLAIN, **_template(told.get("template") or {})},
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            what = f"it has no {error}" if isinstance(error, KeyError) else str(error)
            raise ModelRefused(f"{FILE} can't be understood: {what}", FILE, _FIX) from error


def _texts(told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not told or not all(isinstance(one, str) and one for one in told):
        raise ValueError("tokens and context are lists of texts, none of them empty")
    if len(set(told)) < len(told):
        raise ValueError("a token or a column stands twice")
    return tuple(told)


def _number(told: Any) -> int:
    if isinstance(told, bool) or not isinstance(told, int):
        raise TypeError("pad, unknown and end are whole numbers")
    return told


def _template(told: Mapping[str, Any]) -> dict[str, str]:
    for role, text in told.items():
        if role not in _PLAIN or not isinstance(text, str) or (role in ROLES and CONTENT not in text):
            raise ValueError(f"template.{shown(role)} isn't a text with {CONTENT} for one of {', '.join(ROLES)}")
    return dict(told)


class NextToken:
    """A model of the next token, asked again and again.

    Args:
        model: the model, whose classes are the numbers of tokens.
        told: what its numbers stand for.

    Raises:
        ModelRefused: the model isn't of what is told.
    """

    def __init__(self, model: Model, told: Generation) -> None:
        self._model, self._told = model, told
        signature = model.signature
        wrong = sorted(set(told.context) ^ set(signature.columns))
        if wrong:
            what = f"the context and the columns of the model differ in {shown(wrong[0])}"
            raise ModelRefused(what, FILE, _FIX)
        if any(type(one) is not int or not 0 <= one < len(told.tokens) for one in signature.classes):
            raise ModelRefused("the classes of the model aren't the numbers of tokens", FILE, _FIX)
        if not signature.classes or signature.reading == "label":
            raise ModelRefused("the model answers no probabilities of tokens", FILE, _FIX)
        self._classes = np.array(signature.classes, np.int64)
        self._numbers = {text: number for number, text in enumerate(told.tokens)}
        self._longest = max(map(len, told.tokens))

    def prompt_of(self, messages: Sequence[tuple[str, str]]) -> str:
        """Return messages, each a role and a text, as one text, by the template."""
        template = self._told.template
        return "".join(template[role].replace(CONTENT, text) for role, text in messages) + template["generate"]

    def tokens_in(self, text: str) -> int:
        """Count the tokens of a text.

        Raises:
            ModelInputError: no token has a part of it.
        """
        return len(self._numbers_of(text))

    def _numbers_of(self, text: str) -> list[int]:
        found, start = [], 0
        while start < len(text):
            longest = range(min(self._longest, len(text) - start), 0, -1)
            size = next((size for size in longest if text[start : start + size] in self._numbers), 0)
            if not size and self._told.unknown is None:
                raise ModelInputError(f"the model has no token for {shown(text[start])}, character {start + 1}")
            found.append(self._numbers[text[start : start + size]] if size else int(self._told.unknown or 0))
            start += size or 1
        return found

    def generate(self, prompt: str, how: Sampling) -> Iterator[str]:
        """Yield the texts of one token after the other, until the model ends by itself.

        Raises:
            ModelInputError: no token has a part of the prompt.
        """
        chance, size = np.random.default_rng(how.seed), len(self._told.context)
        window = ([self._told.pad] * size + self._numbers_of(prompt))[-size:]
        while True:
            answered = self._model.predict({name: [n] for name, n in zip(self._told.context, window, strict=True)})
            place = chosen(scores_of(answered, self._model.signature)[0], how, chance)
            number = int(self._classes[place])
            if number == self._told.end:
                return
            yield self._told.tokens[number]
            window = [*window[1:], number]


def chosen(scores: Array, how: Sampling, chance: np.random.Generator) -> int:
    """Return the place of the token that is chosen by its probability."""
    if how.temperature <= 0:
        return int(scores.argmax())
    with np.errstate(divide="ignore"):
        logs = np.log(np.clip(scores.astype(np.float64), 0, None)) / how.temperature
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")
    before = np.cumsum(shares[order]) - shares[order]
    kept = order[before < how.top_p] if how.top_p > 0 else order[:1]
    return int(chance.choice(kept, p=shares[kept] / shares[kept].sum()))


def generator_of(model: Model) -> NextToken | None:
    """Return what writes text by a model; None where it is no model of tokens.

    Raises:
        ModelRefused: its `generation.json` can't be understood, or is of another model.
    """
    return NextToken(model, Generation.read(model.generation)) if model.generation else None
