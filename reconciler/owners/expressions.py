r"""Regular expressions in time proportional to their length times the text's, whatever either holds.

What RE2 and Go's `regexp` share with all others: letters, `.`, classes, `\d \s \w`, groups, `|`, `* + ? {m,n}`, `^`
and `$`. They are run by keeping every place of the expression that the text may have come to (K. Thompson, CACM 11:6),
so there is no backtracking. What isn't known here is refused, and never guessed.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

DEEPEST = 40
"""Groups within groups."""
MOST_REPEATED = 1000

Ranges = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """Any letter of these ranges, or of none of them."""

    ranges: Ranges
    is_excluded: bool = False

    def takes(self, letter: str) -> bool:
        """Tell whether a letter is one of them."""
        return any(low <= letter <= high for low, high in self.ranges) is not self.is_excluded


@dataclass(frozen=True, slots=True)
class Fork:
    """Goes on at both places, counted from here."""

    one: int
    other: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Goes on where the text begins, or ends."""

    is_end: bool


Step = Letter | Fork | Edge
Program = tuple[Step, ...]

_SETS: dict[str, Ranges] = {
    "d": (("0", "9"),),
    "s": ((" ", " "), ("\t", "\n"), ("\f", "\r")),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
}
_ALIASES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_DOT = Letter((("\n", "\n"),), is_excluded=True)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: steps, the last of which leads to the end."""

    steps: Program

    def matches(self, text: str) -> bool:
        """Tell whether it matches anywhere in a text."""
        goal, here = len(self.steps), set[int]()
        for at in range(len(text) + 1):
            here = self._reached({*here, 0}, is_begin=at == 0, is_end=at == len(text))
            if goal in here:
                return True
            if at < len(text):
                here = {place + 1 for place in here if self._takes(place, text[at])}
        return False

    def _takes(self, place: int, letter: str) -> bool:
        step = self.steps[place]
        return isinstance(step, Letter) and step.takes(letter)

    def _reached(self, places: set[int], *, is_begin: bool, is_end: bool) -> set[int]:
        """Return all places that are come to without another letter."""
        waiting, found = list(places), set(places)
        while waiting:
            place = waiting.pop()
            step = self.steps[place] if place < len(self.steps) else None
            following: tuple[int, ...] = ()
            if isinstance(step, Fork):
                following = (place + step.one, place + step.other)
            elif isinstance(step, Edge) and (is_end if step.is_end else is_begin):
                following = (place + 1,)
            fresh = [one for one in following if one not in found]
            found.update(fresh)
            waiting += fresh
        return found


def compiled(text: str, most: int) -> Expression:
    """Compile an expression.

    Args:
        text: the expression.
        most: steps that it may come to.

    Raises:
        ValueError: it can't be understood, or would come to more.
    """
    reader = _Reader(text, most)
    steps = reader.alternatives(0)
    if reader.at < len(text):
        raise ValueError("`)` closes nothing")
    return Expression(steps)


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str, most: int) -> None:
        self._text = text
        self._most = most
        self.at = 0

    def _next(self) -> str:
        return self._text[self.at : self.at + 1]

    def _take(self, what: str) -> bool:
        is_there = self._text.startswith(what, self.at)
        self.at += len(what) * is_there
        return is_there

    def alternatives(self, depth: int) -> Program:
        if depth > DEEPEST:
            raise ValueError(f"it has groups more than {DEEPEST} levels deep")
        found = self._sequence(depth)
        while self._take("|"):
            other = self._sequence(depth)
            found = (Fork(1, len(found) + 2), *found, Fork(len(other) + 1, len(other) + 1), *other)
            self._demand_short(len(found))
        return found

    def _sequence(self, depth: int) -> Program:
        found: list[Step] = []
        while self._next() not in ("", "|", ")"):
            found += self._repeated(self._atom(depth))
            self._demand_short(len(found))
        return tuple(found)

    def _demand_short(self, steps: int) -> None:
        if steps > self._most:
            raise ValueError("it is too large, or with those before it")

    def _atom(self, depth: int) -> Program:
        if self._take("("):
            return self._group(depth)
        if self._take("["):
            return (self._class(),)
        if self._take("\\"):
            return (self._escape(),)
        letter = self._next()
        if self._bounds() is not None:
            raise ValueError(f"`{letter}` repeats nothing")
        self.at += 1
        edges = {"^": Edge(is_end=False), "$": Edge(is_end=True)}
        return (_DOT if letter == "." else edges.get(letter) or Letter(((letter, letter),)),)

    def _group(self, depth: int) -> Program:
        if self._take("?") and not self._take(":"):
            raise ValueError("`(?` is followed by something else than `:`, which isn't known here")
        found = self.alternatives(depth + 1)
        if not self._take(")"):
            raise ValueError("`(` is never closed")
        return found

    def _repeated(self, steps: Program) -> Program:
        bounds = self._bounds()
        if bounds is None:
            return steps
        least, most = bounds
        self._take("?")  # as few as possible, or as many: whether it matches is the same
        if self._bounds() is not None:
            raise ValueError("a repetition is repeated: put a group around it")
        count = max(least, most or 0, 1)
        self._demand_short(count * (len(steps) + 1))
        size = len(steps)
        if most is None:
            loop = (Fork(1, size + 2), *steps, Fork(-size - 1, 1))
            return (*steps * least, *loop)
        optional = (most - least) * (size + 1)
        tail: list[Step] = []
        for number in range(most - least):
            tail += [Fork(1, optional - number * (size + 1)), *steps]
        return (*steps * least, *tail)

    def _bounds(self) -> tuple[int, int | None] | None:
        """Read how often what stands before is repeated; None where nothing says that."""
        for mark, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(mark):
                return bounds
        end = self._text.find("}", self.at)
        inner = self._text[self.at + 1 : end] if self._next() == "{" and end > 0 else ""
        low, comma, high = inner.partition(",")
        if not _is_count(low) or (high and not _is_count(high)):
            return None
        self.at = end + 1
        least, most = int(low), int(high) if high else None if comma else int(low)
        if least > MOST_REPEATED or (most is not None and not least <= most <= MOST_REPEATED):
            raise ValueError(f"`{{{inner}}}` is no repetition")
        return least, most

    def _escape(self) -> Step:
        letter = self._next()
        self.at += 1
        if not letter:
            raise ValueError("it ends with an escape of nothing")
        if letter in ("A", "z"):
            return Edge(is_end=letter == "z")
        ranges, is_excluded = self._escaped(letter)
        return Letter(ranges, is_excluded)

    def _escaped(self, letter: str) -> tuple[Ranges, bool]:
        if letter.lower() in _SETS:
            return _SETS[letter.lower()], letter.isupper()
        plain = _ALIASES.get(letter, letter if letter in string.punctuation else "")
        if not plain:
            raise ValueError(f"`\\{letter}` isn't known here")
        return ((plain, plain),), False

    def _class(self) -> Letter:
        is_excluded = self._take("^")
        ranges: list[tuple[str, str]] = []
        while not self._take("]") or not ranges:
            if not ranges and self._text[self.at - 1] == "]" and self._text[self.at - 2] in ("[", "^"):
                low = "]"
            else:
                if self._text.startswith("[:", self.at):
                    raise ValueError("`[:` names a class, which isn't known here")
                low = self._letter(ranges)
            if not low:
                continue
            high = low
            if self._next() == "-" and self._text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._letter(None)
            if high < low:
                raise ValueError(f"`{low}-{high}` is no range")
            ranges.append((low, high))
        return Letter(tuple(ranges), is_excluded)

    def _letter(self, ranges: Sequence[tuple[str, str]] | None) -> str:
        """Read a letter of a class; nothing where it is a set, which is added to the ranges."""
        letter = self._next()
        self.at += 1
        if not letter:
            raise ValueError("`[` is never closed")
        if letter != "\\":
            return letter
        escaped = self._next()
        self.at += 1
        if not escaped:
            raise ValueError("`[` is never closed")
        found, is_excluded = self._escaped(escaped)
        if len(found) == 1 and found[0][0] == found[0][1]:
            return found[0][0]
        if is_excluded or not isinstance(ranges, list):
            raise ValueError(f"`\\{escaped}` isn't known here within `[ ]`")
        ranges.extend(found)
        return ""


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
