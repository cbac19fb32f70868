"""Logs as HTML: colours that a terminal would show are kept, whatever else it would obey is shown as what it is."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

MOST_SPANS = 4000
"""Parts of a log that have a look of their own; what comes after them has none."""
_MARKED = re.compile(
    "\x1b\\[(?P<looks>[0-9;]{0,40})m"
    "|(?P<hidden>[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff])"
)
"""What only sets colours (ECMA-48, SGR); control characters but tab and line feed, marks of direction, surrogates."""
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_NEXT_ARE_PARTS = {"38": {"5": 2, "2": 4}, "48": {"5": 2, "2": 4}}
"""After these, so many more numbers say which of many colours it is; those are passed over."""


def shown(text: str) -> Markup:
    """Write what a job or a replica printed: each line as one, however it ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return Markup("").join(_parts(lines))


def _parts(text: str) -> Iterator[Markup]:
    look, end = "", 0
    for spans, found in enumerate(_MARKED.finditer(text)):
        yield _spanned(text[end : found.start()], look)
        end = found.end()
        is_many = spans >= MOST_SPANS
        if found["looks"] is not None:
            look = "" if is_many else _look(look, found["looks"])
        else:
            escaped = found["hidden"].encode("unicode_escape", "surrogatepass").decode()
            yield escape(escaped) if is_many else _spanned(escaped, "hidden-sign")
    yield _spanned(text[end:], look)


def _spanned(text: str, look: str) -> Markup:
    if not text or not look:
        return escape(text)
    return Markup('<span class="{}">{}</span>').format(look, text)


def _look(before: str, told: str) -> str:
    """Return the classes of what comes after a sequence: those of before, changed by its numbers."""
    looks = dict.fromkeys(before.split())
    numbers = iter(told.split(";"))
    for number in numbers:
        if number in _NEXT_ARE_PARTS:
            for _ in range(_NEXT_ARE_PARTS[number].get(next(numbers, ""), 1) - 1):
                next(numbers, "")
        elif number.lstrip("0") == "":
            looks = {}
        elif number.lstrip("0") in ("1", "22"):
            looks = {look: None for look in looks if look != "bold"} | ({"bold": None} if number[-1] == "1" else {})
        elif colour := _colour(number):
            looks = {look: None for look in looks if not look.startswith("ink-")} | dict.fromkeys(colour)
    return " ".join(looks)


def _colour(number: str) -> list[str]:
    """Return the class of a colour of the text, `ink-` for the usual one; nothing of what sets something else."""
    if number == "39":
        return ["ink-"]
    if len(number) == 2 and number[0] in "39" and number[1] in "01234567":
        return [f"ink-{_COLOURS[int(number[1])]}"]
    return []
