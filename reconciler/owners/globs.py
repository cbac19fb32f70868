"""Patterns of paths: folders by `/`, `*`, `?` and `[a-z]` within a name, `**` over names. No backtracking by depth.

Names and parts of a path are matched alike: on a mismatch one more thing is given to the last star, which takes time in
proportion to pattern times path, whatever either holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

_Part = TypeVar("_Part")
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Letters:
    """One character of these ranges, or of none of them."""

    ranges: tuple[tuple[str, str], ...]
    is_excluded: bool = False


ANY = Letters((), is_excluded=True)
Name = tuple[Letters | None, ...]
"""The characters of a name; None is a star."""


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern of whole paths: names one after the other, None where any number of names may stand."""

    names: tuple[Name | None, ...]

    def matches(self, path: str) -> bool:
        """Tell whether a path is meant."""
        return _fits(self.names, path.split("/"), _is_name)


def name_of(text: str, *, has_classes: bool) -> Name:
    r"""Read one name of a pattern; `\` takes the next character as it is.

    Raises:
        ValueError: it can't be understood.
    """
    tokens: list[Letters | None] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            if at + 1 == len(text):
                raise ValueError("it ends with an escape of nothing")
            at += 1
            tokens.append(_plain(text[at]))
        elif letter == "[" and has_classes:
            at, found = _class(text, at)
            tokens.append(found)
        elif letter != "*":
            tokens.append(ANY if letter == "?" else _plain(letter))
        elif not tokens or tokens[-1] is not None:
            tokens.append(None)
        at += 1
    return tuple(tokens)


def _plain(letter: str) -> Letters:
    return Letters(((letter, letter),))


def _class(text: str, start: int) -> tuple[int, Letters]:
    """Read `[a-z]` or `[^a-z]`; return where it ends, and what it is."""
    at = start + 1
    is_excluded = text[at : at + 1] in ("^", "!")
    at += is_excluded
    end = text.find("]", at + 1)
    if end < 0:
        raise ValueError("`[` is never closed")
    told, ranges = text[at:end], []
    place = 0
    while place < len(told):
        if told[place + 1 : place + 2] == "-" and place + 2 < len(told):
            ranges.append((told[place], told[place + 2]))
            place += 3
        else:
            ranges.append((told[place], told[place]))
            place += 1
    return end, Letters(tuple(ranges), is_excluded)


def _is_name(name: Name, part: str) -> bool:
    return _fits(name, part, _is_one)


def _is_one(token: Letters, letter: str) -> bool:
    return any(low <= letter <= high for low, high in token.ranges) is not token.is_excluded


def _fits(pattern: Sequence[_Part | None], things: Sequence[_Thing], is_one: Callable[[_Part, _Thing], bool]) -> bool:
    """Tell whether things fit a pattern, in which None stands for any number of them."""
    at, place = 0, 0
    star, after = -1, 0
    while place < len(things):
        part = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and part is None:
            star, after = at, place
            at += 1
        elif at < len(pattern) and part is not None and is_one(part, things[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            after += 1
            at, place = star + 1, after
        else:
            return False
    return all(part is None for part in pattern[at:])
