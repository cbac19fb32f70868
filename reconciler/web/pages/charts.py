"""Charts as SVG: lines over numbers or moments, whose look (colours for both schemes) the style sheet decides.

A line is told from another by its dashes and by its name at its end, too: nobody needs to see colours.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10

WIDTH, HEIGHT = 860, 250
"""Pixels of a chart, at its natural size."""
LEFT, RIGHT, TOP, BOTTOM = 56, 190, 12, 28
"""Pixels around the plot: for figures on the left, for names of lines on the right."""
LOOKS = 8
"""Looks that lines have; the next one begins anew."""
_LINE = 13
_NAME = 22
Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Series:
    """A line: its name, its points (None breaks it), how far each may be off (empty: unknown), where it leads."""

    name: str
    points: Sequence[Point]
    errors: Sequence[float | None] = ()
    path: str = ""
    is_level: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line in pixels: its path, dots with their words, whiskers, and where its name stands."""

    name: str
    short: str
    look: int
    d: str
    dots: Sequence[tuple[float, float, str]]
    whiskers: Sequence[tuple[float, float, float]]
    x: float
    y: float
    path: str = ""
    is_level: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its lines, figures at its left with their heights, words below with their places."""

    title: str
    lines: Sequence[Drawn]
    ups: Sequence[tuple[float, str]]
    acrosses: Sequence[tuple[float, str, str]]
    across: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def chart(
    title: str, series: Sequence[Series], ticks: Sequence[tuple[float, str]] = (), across: str = ""
) -> Chart | None:
    """Draw lines on one scale; None where there is no point at all.

    Args:
        title: what the chart shows.
        series: the lines.
        ticks: what stands below, with its place; without any round numbers do.
        across: what is counted below.
    """
    xs = [x for one in series for x, y in one.points if y is not None]
    ends = [end for one in series for end in _ends(one)]
    if not xs or not ends:
        return None
    scale = _Scale(*_room(min(xs), max(xs), 0.02), *_room(min(ends), max(ends), 0.08))
    lines = _named([_drawn(one, look % LOOKS, scale) for look, one in enumerate(series) if any(_ends(one))])
    ups = [(scale.y(value), f"{value:.4g}") for value in steps_of(scale.low, scale.high)]
    told = ticks or [(value, f"{value:.4g}") for value in steps_of(scale.first, scale.last)]
    places = sorted((scale.x(x), words) for x, words in told if scale.first <= x <= scale.last)
    acrosses = [(x, words, _anchor(n, len(places))) for n, (x, words) in enumerate(_apart(places))]
    return Chart(title, lines, ups, acrosses, across)


def steps_of(low: float, high: float, count: float = 4.5) -> list[float]:
    """Return some round numbers between two."""
    size = (high - low) / count
    if not size > 0 or not math.isfinite(size):
        return [low]
    base = 10.0 ** floor(log10(size))
    step = next((base * times for times in (1, 2, 2.5, 5, 10) if base * times >= size), size)
    first = -floor(-low / step + 1e-9)
    return [round((first + place) * step, 12) for place in range(int((high - first * step) / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class _Scale:
    first: float
    last: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return round(LEFT + (value - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        inner = HEIGHT - TOP - BOTTOM
        return round(TOP + inner - (value - self.low) / (self.high - self.low) * inner, 1)


def _room(low: float, high: float, share: float) -> tuple[float, float]:
    """Widen a span a little; one of a single value becomes one about it."""
    room = (high - low) * share or max(abs(high), 1e-9) * 0.5
    room = room if math.isfinite(room) else 0.0
    return low - room, high + room


def _ends(one: Series) -> Iterable[float]:
    errors = [*one.errors, *[None] * len(one.points)]
    for (_, y), error in zip(one.points, errors, strict=False):
        if y is not None:
            yield from (y - (error or 0.0), y + (error or 0.0))


def _drawn(one: Series, look: int, scale: _Scale) -> Drawn:
    parts, dots, whiskers, is_begun = list[str](), [], [], False
    for place, (x, y) in enumerate(one.points):
        if y is None:
            is_begun = False
            continue
        parts.append(f"{'L' if is_begun else 'M'}{scale.x(x)},{scale.y(y)}")
        is_begun = True
        error = one.errors[place] if place < len(one.errors) else None
        dots.append((scale.x(x), scale.y(y), f"{y:.4g}" + (f" ± {error:.2g}" if error else "")))
        if error:
            whiskers.append((scale.x(x), scale.y(y - error), scale.y(y + error)))
    last = dots[-1]
    if one.is_level and len(dots) == 1:
        parts = [f"M{LEFT},{last[1]} L{WIDTH - RIGHT},{last[1]}"]
    short = one.name if len(one.name) <= _NAME else f"{one.name[: _NAME - 1]}…"
    is_few = len(dots) <= 40 and not one.is_level
    shown = dots if is_few else []
    return Drawn(one.name, short, look, "".join(parts), shown, whiskers, last[0], last[1], one.path, one.is_level)


def _named(lines: Sequence[Drawn]) -> Sequence[Drawn]:
    """Move names of lines apart that would stand in one another."""
    moved: dict[int, float] = {}
    floor_ = float(TOP)
    for place in sorted(range(len(lines)), key=lambda place: lines[place].y):
        moved[place] = floor_ = max(lines[place].y, floor_)
        floor_ += _LINE
    over = max(0.0, floor_ - _LINE - (HEIGHT - 6))
    return [
        Drawn(o.name, o.short, o.look, o.d, o.dots, o.whiskers, WIDTH - RIGHT, moved[n] - over, o.path, o.is_level)
        for n, o in enumerate(lines)
    ]


def _apart(places: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out words that would stand in the one before; the last always stands."""
    kept: list[tuple[float, str]] = []
    for x, words in places:
        if not kept or x - kept[-1][0] > 7 * len(words) + 12:
            kept.append((x, words))
    if places and kept[-1] != places[-1]:
        kept[-1] = places[-1] if len(kept) > 1 else kept[-1]
    return kept


def _anchor(place: int, count: int) -> str:
    return "start" if place == 0 else "end" if place == count - 1 and count > 1 else "middle"
