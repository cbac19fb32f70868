"""The text format of protocol buffers, read strictly and within limits, without a description of the messages.

What is understood is what text formats write: `name: value`, `name { … }`, `<…>`, lists in brackets, strings side by
side, comments (https://protobuf.dev/reference/protobuf/textformat-spec/). Extensions and `Any` aren't.
"""

import re
from dataclasses import dataclass
from typing import Any

from reconciler.yaml.parse import Unreadable

DEEPEST = 20
"""Messages within messages."""
MOST = 200_000
"""Words of a text."""
Message = dict[str, list[Any]]
"""The values of each field, in their order: messages, texts, numbers, and words as `Word`."""

_TOKEN = re.compile(
    r"(?P<skip>(?:[ \t\r\n\f\v]|\#[^\n]*)+)"
    r"|(?P<number>-?\s*(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFuUlL]*(?![\w.]))"
    r"|(?P<word>-?[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<mark>[{}<>\[\]:;,])"
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_LETTERS |= {mark: mark for mark in (b"\\", b"'", b'"', b"?")}
_HIDDEN = re.compile(r"[\\\"\x00-\x1f\x7f]")


class Word(str):
    """A value without quotes: a name of an enumeration, `true`, `inf`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def quoted(text: str) -> str:
    """Write a text as a string: its UTF-8, what can't be seen by its octal number."""
    return f'"{_HIDDEN.sub(lambda found: _octal(found[0]), text)}"'


def _octal(letter: str) -> str:
    return f"\\{letter}" if letter in '\\"' else f"\\{ord(letter):03o}"


def parse(text: str) -> Message:
    """Return a message.

    Raises:
        Unreadable: the text is none, or beyond a limit; it tells the line.
    """
    reader = _Reader(_tokens(text))
    message = reader.message("", 1)
    return message


def _tokens(text: str) -> list[_Token]:
    found, at, line = [], 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"`{text[at : at + 20].splitlines()[0]}` is no text of protocol buffers", "", line, 1)
        kind = match.lastgroup or ""
        if kind != "skip":
            found.append(_Token(kind, match[0], line))
        if len(found) > MOST:
            raise Unreadable(f"it holds more than {MOST:,} words", "split it", line, 1)
        line += match[0].count("\n")
        at = match.end()
    return [*found, _Token("end", "", line)]


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def message(self, end: str, depth: int) -> Message:
        """Read fields up to a closing bracket, or to the end of the text."""
        if depth > DEEPEST:
            raise self._wrong(f"messages are nested more than {DEEPEST} deep")
        fields: Message = {}
        while not self._takes(end):
            token = self._next()
            if token.kind != "word" or token.text.startswith("-"):
                raise self._wrong(f"expected a field, and found `{token.text[:40]}`", token)
            fields.setdefault(token.text, []).extend(self._values(depth))
            _ = self._takes(";") or self._takes(",")
        return fields

    def _values(self, depth: int) -> list[Any]:
        has_colon = self._takes(":")
        if self._takes("["):
            return self._list(depth)
        return [self._value(depth, has_colon)]

    def _list(self, depth: int) -> list[Any]:
        values: list[Any] = []
        while not self._takes("]"):
            values.append(self._value(depth, True))
            if not self._takes(",") and self._peek().text != "]":
                raise self._wrong("expected `,` or `]`", self._peek())
        return values

    def _value(self, depth: int, may_be_plain: bool) -> Any:
        for opening, closing in (("{", "}"), ("<", ">")):
            if self._takes(opening):
                return self.message(closing, depth + 1)
        token = self._next()
        if not may_be_plain or token.kind not in ("text", "word", "number"):
            raise self._wrong(f"expected a value, and found `{token.text[:40]}`", token)
        if token.kind == "word":
            return Word(token.text)
        return self._number(token) if token.kind == "number" else self._text(token)

    def _text(self, token: _Token) -> str:
        parts = [token]
        while self._peek().kind == "text":
            parts.append(self._next())
        raw = b"".join(_ESCAPE.sub(_unescaped, part.text[1:-1].encode("utf-8", "surrogatepass")) for part in parts)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise self._wrong("a text isn't UTF-8", token) from None

    def _number(self, token: _Token) -> int | float:
        text = "".join(token.text.split())
        if len(text) > 400:
            raise self._wrong("a number is too long", token)
        is_hex = text.lstrip("-").lower().startswith("0x")
        bare = text.rstrip("uUlL") if is_hex else text.rstrip("fFuUlL")
        if is_hex:
            return int(bare, 16)
        is_whole = bare == text.rstrip("uUlL") and bare.lstrip("-").isdigit()
        if is_whole and len(bare.lstrip("-")) > 1 and bare.lstrip("-").startswith("0"):
            return self._octal(bare, token)
        return int(bare) if is_whole else float(bare)

    def _octal(self, bare: str, token: _Token) -> int:
        try:
            return int(bare, 8)
        except ValueError:
            raise self._wrong(f"`{bare[:40]}` is no octal number", token) from None

    def _peek(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token.kind == "end":
            raise self._wrong("the text ends too early", token)
        self._at += 1
        return token

    def _takes(self, mark: str) -> bool:
        token = self._peek()
        is_it = token.kind == "end" if not mark else token.kind == "mark" and token.text == mark
        self._at += is_it and token.kind != "end"
        return is_it

    def _wrong(self, what: str, token: _Token | None = None) -> Unreadable:
        return Unreadable(what, "mend the file", (token or self._peek()).line, 1)


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, hexadecimal, short, long, letter = found.groups()
    if octal or hexadecimal:
        return bytes([int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)])
    if short or long:
        number = int(short or long, 16)
        return chr(number).encode("utf-8", "surrogatepass") if number <= 0x10FFFF else b"\xff"
    return _LETTERS.get(letter, b"\xff")  # no UTF-8, and told as such
