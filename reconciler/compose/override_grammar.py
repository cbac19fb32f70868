"""One sweep: what Hydra's override grammar says in one text, without listing it.

Lists of plain words and numbers, which are most sweeps, are read here; everything else by Hydra's own parser. A
property test holds the two equal.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reconciler.compose.sampling import Interval
from reconciler.model.ids import canonical
from reconciler.model.text import printable

_SWEEP = re.compile(r"(?:choice|range|interval|glob)\s*\(")
_WRAPPED = re.compile(r"(?:int|float|str|bool|tag|sort|shuffle)\s*\(")
_INNER = re.compile(r"\b(?:choice|range|interval|glob)\s*\(")
_LIST = re.compile(r"\s*choice\s*\(([\w\s.,+-]+)\)\s*", re.ASCII)
_WORD = re.compile(r"(?!(?:true|false|null|nan|inf)$)[A-Za-z_][A-Za-z0-9_-]*", re.IGNORECASE | re.ASCII)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)", re.ASCII)
ENDLESS = 10**18
"""Stands for any count above it."""
LONGEST = 4000
"""Characters of a sweep that Hydra's parser, at 20 microseconds each, is asked to read."""
_MOST_REFERENCES = 50
_LARGEST = 1e300


@dataclass(frozen=True, slots=True)
class Choice:
    """Values that are listed."""

    values: tuple[Any, ...]

    def count(self) -> int:
        """Return how many there are."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `start`, in steps, short of `stop`."""

    start: float
    stop: float
    step: float

    def count(self) -> int:
        """Return how many there are, exactly for whole numbers."""
        if all(isinstance(number, int) for number in (self.start, self.stop, self.step)):
            return max(0, int(-((self.start - self.stop) // self.step)))
        share = (self.stop - self.start) / self.step
        return max(0, math.ceil(share)) if math.isfinite(share) else ENDLESS


@dataclass(frozen=True, slots=True)
class Glob:
    """Options of a group of parts, by pattern."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]


Sweep = Choice | Range | Interval | Glob


def is_sweep(text: str) -> bool:
    """Tell whether a text looks like a sweep: a call of one of Hydra's functions for them, or a call around one."""
    bare = text.strip()
    return bare.endswith(")") and bool(_SWEEP.match(bare) or (_WRAPPED.match(bare) and _INNER.search(bare)))


def is_plain(text: str) -> bool:
    """Tell whether a sweep may be read without Hydra."""
    return bool(_LIST.fullmatch(text))


def parse(text: str) -> Sweep:
    """Read a text that looks like a sweep.

    Raises:
        ValueError: it can't be read; the text says why.
    """
    return _remembered(text) if len(text) < 500 else _parse(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Sweep:
    return _parse(text)


def _parse(text: str) -> Sweep:
    listed = _LIST.fullmatch(text)
    if listed:
        words = [word.strip() for word in listed[1].split(",")]
        values = [_simple(word) for word in words]
        if None not in values:
            return Choice(tuple(values))
    return _by_hydra(text)


def _simple(word: str) -> str | int | float | None:
    """Read a word that means the same to Hydra's grammar without asking it; None where only it knows."""
    if _WORD.fullmatch(word):
        return word
    if len(word) > 18:
        return None
    if _INTEGER.fullmatch(word):
        return int(word)
    number = float(word) if _NUMBER.fullmatch(word) else math.inf
    return number if math.isfinite(number) else None


def _by_hydra(text: str) -> Sweep:
    if len(text) > LONGEST or text.count("${") > _MOST_REFERENCES:
        raise ValueError(f"is longer than {LONGEST:,} characters, or full of interpolations")
    from hydra import version
    from hydra.core.override_parser import types
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    version.setbase("1.3")
    try:
        parsed = OverridesParser.create().parse_override(f"x={text.strip()}")
    except (HydraException, ValueError, TypeError, AssertionError, RecursionError, ArithmeticError) as error:
        raise ValueError("can't be read as a sweep: " + printable(" ".join(str(error).split()), 120)) from None
    value: Any = parsed.value()
    if isinstance(value, types.Glob):
        return Glob(tuple(value.include), tuple(value.exclude))
    if getattr(value, "shuffle", False):
        raise ValueError("shuffles, but the order of trials means nothing and stays the file's")
    if isinstance(value, types.IntervalSweep):
        return _interval(value)
    if isinstance(value, types.RangeSweep):
        return _range(value)
    if isinstance(value, types.ChoiceSweep):
        return _choice([types.Override._convert_value(item) for item in value.list])  # noqa: SLF001 - unquotes
    raise ValueError("isn't a sweep")


def _interval(found: Any) -> Interval:
    low, high, log = found.start, found.end, "log" in found.tags
    if not (-_LARGEST < low < high < _LARGEST):
        raise ValueError("isn't an interval: it goes from a number up to a larger one")
    if log and low <= 0:
        raise ValueError("spreads over magnitudes, and so has to begin above 0")
    return Interval(low, high, log, isinstance(low, int))


def _range(found: Any) -> Range:
    if not all(abs(number) < _LARGEST for number in (found.start, found.stop, found.step)):
        raise ValueError("isn't a range: its numbers are finite")
    if found.step == 0:
        raise ValueError("never ends: its step is 0")
    return Range(found.start, found.stop, found.step)


def _choice(values: list[Any]) -> Choice:
    try:
        canonical(values)
    except (ValueError, TypeError):
        raise ValueError("holds something that JSON has no word for, such as nan") from None
    return Choice(tuple(values))
