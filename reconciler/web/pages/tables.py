"""Tables of pages: cells are texts, links, and intervals as small pictures on a scale that a column shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.web.pages.documents import number

BAR = 140
"""Pixels of the picture of an interval."""
_EDGE = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval as a picture: its ends and its figure, in pixels from the left of a scale that a table shares."""

    low: float
    value: float
    high: float
    words: str


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a page below the environment's own."""

    words: str
    path: str


Cell = str | Interval | Link


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, heads of columns, rows, a sentence below, the facts that it tells.

    `pinned` keeps the first column in sight while the others are scrolled.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    tells: frozenset[str] = frozenset()
    pinned: bool = False
    is_prose: bool = False
    """Its cells are sentences, which stand below each other on a phone."""


def intervals(told: Sequence[Mapping[str, Any]]) -> list[Interval | None]:
    """Draw intervals (`low`, `value`, `high`) on one scale, from the least end to the greatest; None of another."""
    ends = [ends_of(one) for one in told]
    known = [one for one in ends if one]
    least, most = min((low for low, _, _ in known), default=0.0), max((high for _, _, high in known), default=1.0)
    scale = (BAR - 2 * _EDGE) / ((most - least) or 1.0)

    def drawn(low: float, value: float, high: float) -> Interval:
        left, middle, right = (round((end - least) * scale + _EDGE, 1) for end in (low, value, high))
        return Interval(left, middle, right, f"{value:.4g} ({low:.4g} to {high:.4g})")

    return [drawn(*one) if one else None for one in ends]


def ends_of(told: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Return an interval's low end, its figure and its high end; None where they are no numbers."""
    low, value, high = (number(told.get(end)) for end in ("low", "value", "high"))
    return None if low is None or value is None or high is None else (low, value, high)
