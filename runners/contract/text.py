"""Texts for people: those of others on one line, and places in lists and documents."""

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[\w-]+")


def printable(text: str, limit: int = 200) -> str:
    """Return a text on one line, cut to `limit` characters, whatever can't be printed written as an escape."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Write a number of things: `1 change`, `2 changes`, `1,200 entries` of an `entry` and its `entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ordinal(place: int) -> str:
    """Write a place in a list, which counts from 0, as people do: `1st`, `2nd`, `12th`."""
    number = place + 1
    is_teen = 10 <= number % 100 <= 20
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def dotted(path: Iterable[str | int]) -> str:
    """Write a path as people do, `gates[0].metric`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{printable(part)}"]'
    return text
