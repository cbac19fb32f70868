"""The grammar of `${...}` in a text: which pieces are text, which point at other values, which call resolvers.

It follows OmegaConf 2.3's `OmegaConfGrammarParser.g4` for references to nodes, and for backslashes before `${`.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from reconciler.compose.nearest import did_you_mean
from reconciler.model.text import printable
from runners.contract.secrets import SECRET

PURE = frozenset({"oc.select", "oc.create", "oc.dict.keys", "oc.dict.values", "oc.deprecated"})
"""OmegaConf's resolvers that read nothing but the spec."""
OUTSIDE = frozenset({"oc.env", "env", "oc.decode", "hydra", "now", "python_version"})
"""Resolvers of OmegaConf and Hydra that read the world outside, or text as code."""

_KEY = re.compile(r"[^\\${}()\[\]:.\s'\"]+")
_RESOLVER = re.compile(r"\s*(?:([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*)?:", re.ASCII)
_CALL = re.compile(r"\$\{" + _RESOLVER.pattern, re.ASCII)
OPENING = re.compile(r"(?<!\\)(\\*)\$\{")
"""An interpolation's beginning, with the backslashes before it."""
_DEEPEST = 10
"""Interpolations in keys of interpolations."""
_MOST = 50
_LONGEST = 4000
"""Characters of a text with resolvers: OmegaConf's parser takes 20 microseconds for each."""
_SPACE = re.compile(r"\s*")
_DOTS = re.compile(r"\.*")


@dataclass(frozen=True, slots=True)
class Reference:
    """`${..a.b}`: `dots` before the first key (0: from the root), and the keys, which may be references themselves."""

    text: str
    dots: int
    keys: tuple["str | Reference", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A text with resolvers: OmegaConf's work."""

    text: str


class Unclear(ValueError):
    """An interpolation can't be understood, or may not be used; `hint` says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse(text: str) -> tuple[str | Reference, ...] | Call:
    """Parse a text that holds `${` to its pieces; references to secrets are text.

    Raises:
        Unclear: it can't be understood, or calls a resolver that isn't pure.
    """
    return _remembered(text) if len(text) < 500 else _parse(text)


@lru_cache(maxsize=8192)
def _remembered(text: str) -> tuple[str | Reference, ...] | Call:
    return _parse(text)


def _parse(text: str) -> tuple[str | Reference, ...] | Call:
    pieces: list[str | Reference] = []
    position = 0
    while match := OPENING.search(text, position):
        slashes = len(match[1])
        pieces.append(text[position : match.start()] + "\\" * (slashes // 2))
        secret = None if slashes % 2 else SECRET.match(text, match.end() - 2)
        if slashes % 2 or secret:
            pieces.append(secret[0] if secret else "${")
            position = secret.end() if secret else match.end()
            continue
        found = _reference(text, match.end(), 0)
        if found is None:
            return _call(text)
        pieces.append(found[0])
        position = found[1]
    pieces.append(text[position:])
    return tuple(piece for piece in pieces if piece != "")


def _call(text: str) -> Call:
    for match in _CALL.finditer(SECRET.sub("", text)):
        _check(match[1] or "")
    if len(text) > _LONGEST or text.count("${") > _MOST:
        message = f"a text with resolvers has at most {_LONGEST:,} characters and {_MOST} interpolations"
        raise Unclear(message, "make it shorter")
    return Call(text)


def _reference(text: str, start: int, depth: int) -> tuple[Reference, int] | None:
    """Parse one interpolation after its `${`; None where a resolver is called."""
    if _RESOLVER.match(text, start):
        return None
    if depth > _DEEPEST:
        raise Unclear("its interpolations are nested too deep", "give the parts names of their own")
    position = _after(_SPACE, text, start)
    dots = _after(_DOTS, text, position) - position
    keys, end = _keys(text, position + dots, depth)
    end = _after(_SPACE, text, end)
    if text[end : end + 1] == ":":
        raise Unclear("the name of a resolver is written out, not interpolated")
    if keys is None:
        return None
    if text[end : end + 1] != "}":
        raise _unreadable(text)
    return Reference(text[start - 2 : end + 1], dots, tuple(keys)), end + 1


def _keys(text: str, position: int, depth: int) -> tuple[list[str | Reference] | None, int]:
    keys: list[str | Reference] = []
    while True:
        in_brackets = text[position : position + 1] == "["
        found = _key(text, position + in_brackets, depth)
        if found is None:
            return None, position
        keys.append(found[0])
        position = found[1]
        if in_brackets:
            if text[position : position + 1] != "]":
                raise _unreadable(text)
            position += 1
        if text[position : position + 1] == ".":
            position += 1
        elif text[position : position + 1] != "[":
            return keys, position


def _key(text: str, position: int, depth: int) -> tuple[str | Reference, int] | None:
    if text.startswith("${", position):
        return _reference(text, position + 2, depth + 1)
    match = _KEY.match(text, position)
    if match is None:
        raise _unreadable(text)
    return match[0], match.end()


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _unreadable(text: str) -> Unclear:
    hint = "write ${key.key}, ${.key}, ${env.NAME} or ${secret:NAME}; \\${ stands for the characters themselves"
    return Unclear(f"`{printable(text, 60)}` holds an interpolation that can't be read", hint)


def _check(resolver: str) -> None:
    if resolver in PURE:
        return
    if resolver in OUTSIDE:
        hint = "set it under `variables` in the environment's environment.yaml and write ${env.NAME}, or ${secret:NAME}"
        raise Unclear(f"`${{{resolver}:...}}` reads the world outside this repository", hint)
    if resolver == "secret":
        raise Unclear("a secret is written ${secret:NAME}", "use letters, digits and _ in its name")
    raise Unclear(f"there is no resolver `{printable(resolver, 40)}`", did_you_mean(resolver, PURE))
