"""The look of all pictures: plots without frames on quiet grids, few colours that keep their meaning, written as SVG.

A picture is a text without a script or an address in it, which every browser and forge draws; writing one takes a
hundredth of what a library takes to draw it (https://www.w3.org/TR/SVG11/).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from math import floor, isnan, log10
from pathlib import Path
from types import MappingProxyType
from typing import Any

INK, QUIET, BEFORE, NOW, ALERT, KNOWN = "#7b838d", "#8a919b55", "#969da6", "#4a8ff0", "#e5534b", "#e09a2b"
"""Text, grid; the reference, the window, what is beyond a limit, what is known from outcomes."""
WIDTH, INCH = 920, 100
"""The width of a picture, and how many of its units an inch of height has."""
_LEFT, _RIGHT, _TOP, _BOTTOM, _ROW, _KEY, _LETTER = 46.0, 14.0, 32.0, 22.0, 11.0, 22.0, 5.8
_UNPRINTABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no place for."""

Points = Any
"""Numbers, of whatever sequence."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that is drawn: of a kind, over some places, from the lower values to the upper; `label` is its key."""

    kind: str
    xs: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    colours: tuple[str, ...]
    label: str = ""
    width: float = 1.4


@dataclass(slots=True)
class Plot:
    """A plot: its marks, and what stands at its axes."""

    title: str = ""
    is_beyond: bool = False
    marks: list[Mark] = field(default_factory=list)
    ticks: Sequence[tuple[float, str]] = ()
    is_share: bool = False
    lowest: float | None = None
    is_whole: bool = False

    def line(self, xs: Points, ys: Points, colour: str, label: str = "", *, width: float = 1.4) -> None:
        """Draw a line, which NaN breaks."""
        self._add("line", xs, ys, ys, (colour,), label, width)

    def dots(self, xs: Points, ys: Points, colour: str, label: str = "", *, width: float = 4.0) -> None:
        """Draw dots of some width."""
        self._add("dots", xs, ys, ys, (colour,), label, width)

    def level(self, y: float, colour: str, label: str = "") -> None:
        """Draw a dashed line at a height."""
        self._add("level", (), (y,), (y,), (colour,), label)

    def divider(self, x: float) -> None:
        """Draw a quiet line from top to bottom."""
        self._add("divider", (x,), (), (), (QUIET,))

    def band(self, xs: Points, lows: Points, highs: Points, colour: str) -> None:
        """Fill what lies between two lines."""
        self._add("band", xs, lows, highs, (colour,))

    def bars(self, xs: Points, heights: Points, colours: Sequence[str], label: str = "", *, width: float) -> None:
        """Draw bars of some width in the places' unit."""
        self._add("bars", xs, [0.0] * len(xs), heights, colours, label, width)

    def steps(self, edges: Points, heights: Points, colour: str, label: str) -> None:
        """Draw a histogram: an edge more than heights."""
        self._add("steps", edges, [0.0, *heights], [*heights, 0.0], (colour,), label)

    def _add(self, kind: str, xs: Points, lows: Points, highs: Points, colours: Sequence[str], *more: Any) -> None:
        at, low, high = (tuple(map(float, values)) for values in (xs, lows, highs))
        self.marks.append(Mark(kind, at, low, high, tuple(colours), *more))


@dataclass(frozen=True, slots=True)
class Figure:
    """Plots of one height, beside and below each other; the key above them is made of the labels of their marks."""

    plots: tuple[Plot, ...]
    height: float
    across: int

    def text(self) -> str:
        """Return the picture as SVG; the same figure gives the same text."""
        down, height = -(-len(self.plots) // self.across), self.height * INCH
        width, whole = WIDTH / self.across, _KEY + down * height
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {whole:g}" width="{WIDTH}" ']
        parts += [f'height="{whole:g}" font-family="system-ui, sans-serif" font-size="11" fill="{INK}">', *self._key()]
        for place, plot in enumerate(self.plots):
            left, top = place % self.across * width, _KEY + place // self.across * height
            parts += [f'<g transform="translate({left:g} {top:g})">', *_drawn(plot, width, height), "</g>"]
        return "".join([*parts, "</svg>\n"])

    def _key(self) -> Iterator[str]:
        named = {mark.label: mark for plot in self.plots for mark in plot.marks if mark.label}
        right = WIDTH - _RIGHT
        for label, mark in reversed(named.items()):
            yield _words(right, 14, label, anchor="end")
            right -= len(label) * _LETTER + 18
            middle = f'<circle cx="{right + 6:g}" cy="10" r="3.5" fill="{mark.colours[0]}"/>'
            dash = ' stroke-dasharray="4 3"' if mark.kind == "level" else ""
            stroke = f'<path d="M{right:g} 10h12" stroke="{mark.colours[0]}" stroke-width="2"{dash}/>'
            yield middle if mark.kind == "dots" else stroke
            right -= 14


def grid_of(count: int, *, height: float, most_across: int = 3) -> tuple[Figure, tuple[Plot, ...]]:
    """Return a figure with so many plots, at most `most_across` beside each other, each `height` inches high."""
    plots = tuple(Plot() for _ in range(count))
    return Figure(plots, height, min(count, most_across)), plots


def titled(plot: Plot, title: str, *, is_beyond: bool = False) -> None:
    """Write a plot's title, marked where it is beyond its limits."""
    plot.title, plot.is_beyond = title, is_beyond


def save(figure: Figure, path: Path) -> None:
    """Write a figure."""
    path.write_text(figure.text(), "utf-8")


def heights_of(plot: Plot) -> tuple[float, float]:
    """Return the lowest and the highest value of a plot's axis, with some room at either end."""
    found = [y for mark in plot.marks for y in (*mark.lows, *mark.highs) if not isnan(y)]
    low, high = min(found, default=0.0), max(found, default=1.0)
    low = low if plot.lowest is None else min(plot.lowest, low)
    room = (high - low or abs(high) or 1.0) * 0.08
    return low if low == plot.lowest else low - room, high + room


def steps_of(low: float, high: float, *, is_whole: bool = False) -> list[float]:
    """Return some round numbers between two."""
    size = (high - low) / 3.5
    base = 10.0 ** floor(log10(size))
    step = next(base * times for times in (1, 2, 2.5, 5, 10) if base * times >= size)
    step = max(1.0, float(round(step))) if is_whole else step
    first = -floor(-low / step + 1e-9)
    return [round((first + place) * step, 12) for place in range(int((high - first * step) / step + 1e-9) + 1)]


def _drawn(plot: Plot, width: float, height: float) -> Iterator[str]:
    """Draw a plot in its room."""
    low, high = heights_of(plot)
    places = [x for mark in plot.marks for x in mark.xs] or [0.0, 1.0]
    room = 0.6 if any(mark.kind == "bars" for mark in plot.marks) else (max(places) - min(places) or 1.0) * 0.03
    first, last = min(places) - room, max(places) + room
    inner = width - _LEFT - _RIGHT
    is_narrow = max((len(name) for _, name in plot.ticks), default=0) * _LETTER * len(plot.ticks) > inner
    deep = height - _TOP - _BOTTOM - (_ROW if is_narrow else 0)
    scale = _Scale(_LEFT, inner, inner / (last - first), first, _TOP + deep, deep / (high - low), low)
    colour = ALERT if plot.is_beyond else INK
    most = int((width - 16) / 7)
    title = plot.title if len(plot.title) <= most else plot.title[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
    yield _words(8, 18, title, style=f' font-size="13" font-weight="600" fill="{colour}"')
    for tick in steps_of(low, high, is_whole=plot.is_whole):
        y = scale.y(tick)
        yield f'<path d="M{_LEFT:g} {y:.1f}h{inner:g}" stroke="{QUIET}" stroke-width="0.8"/>'
        yield _words(_LEFT - 6, y + 4, f"{tick:.0%}" if plot.is_share else f"{tick:.4g}", anchor="end")
    yield f'<path d="M{_LEFT:g} {_TOP + deep:g}h{inner:g}" stroke="{QUIET}" stroke-width="1.2"/>'
    for place, (x, name) in enumerate(plot.ticks):
        yield _words(scale.x(x), height - 6 - (_ROW if is_narrow and place % 2 == 0 else 0), name, anchor="middle")
    for mark in plot.marks:
        yield from _KINDS[mark.kind](mark, scale)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places in a plot."""

    left: float
    inner: float
    across: float
    first: float
    bottom: float
    up: float
    low: float

    def x(self, value: float) -> float:
        """Return how far to the right a value lies."""
        return self.left + (value - self.first) * self.across

    def y(self, value: float) -> float:
        """Return how far down a value lies."""
        return self.bottom - (value - self.low) * self.up

    def path(self, xs: Sequence[float], ys: Sequence[float]) -> str:
        """Return a path through points; NaN breaks it."""
        found, is_begun = [], False
        for x, y in zip(xs, ys, strict=True):
            if not isnan(y):
                found.append(f"{'L' if is_begun else 'M'}{self.x(x):.1f} {self.y(y):.1f}")
            is_begun = not isnan(y)
        return "".join(found)


def _line(mark: Mark, scale: _Scale) -> Iterator[str]:
    style = f'fill="none" stroke="{mark.colours[0]}" stroke-width="{mark.width:g}" stroke-linejoin="round"'
    yield f'<path d="{scale.path(mark.xs, mark.highs)}" {style}/>'


def _dots(mark: Mark, scale: _Scale) -> Iterator[str]:
    for x, y in zip(mark.xs, mark.highs, strict=True):
        if not isnan(y):
            middle = f'cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}"'
            yield f'<circle {middle} r="{mark.width / 2:g}" fill="{mark.colours[0]}"/>'


def _level(mark: Mark, scale: _Scale) -> Iterator[str]:
    style = f'stroke="{mark.colours[0]}" stroke-dasharray="4 3"'
    yield f'<path d="M{scale.left:g} {scale.y(mark.highs[0]):.1f}h{scale.inner:g}" {style}/>'


def _divider(mark: Mark, scale: _Scale) -> Iterator[str]:
    yield f'<path d="M{scale.x(mark.xs[0]):.1f} {_TOP:g}V{scale.bottom:g}" stroke="{QUIET}"/>'


def _band(mark: Mark, scale: _Scale) -> Iterator[str]:
    known = [each for each in zip(mark.xs, mark.lows, mark.highs, strict=True) if not isnan(each[1])]
    there = [(x, high) for x, _, high in known] + [(x, low) for x, low, _ in reversed(known)]
    if there:
        yield f'<path d="{scale.path(*zip(*there, strict=True))}Z" fill="{mark.colours[0]}" fill-opacity="0.18"/>'


def _bars(mark: Mark, scale: _Scale) -> Iterator[str]:
    colours = mark.colours * len(mark.xs) if len(mark.colours) == 1 else mark.colours
    wide = mark.width * scale.across
    for x, height, colour in zip(mark.xs, mark.highs, colours, strict=True):
        left, top = scale.x(x) - wide / 2, scale.y(height)
        yield f'<path d="M{left:.1f} {scale.bottom:g}V{top:.1f}h{wide:.1f}V{scale.bottom:g}Z" fill="{colour}"/>'


def _steps(mark: Mark, scale: _Scale) -> Iterator[str]:
    corners = [(x, y) for x, low, high in zip(mark.xs, mark.lows, mark.highs, strict=True) for y in (low, high)]
    way = scale.path(*zip(*corners, strict=True))
    yield f'<path d="{way}" fill="{mark.colours[0]}" fill-opacity="0.3" stroke="{mark.colours[0]}" stroke-width="1.4"/>'


_KINDS = MappingProxyType(
    {
        "line": _line,
        "dots": _dots,
        "level": _level,
        "divider": _divider,
        "band": _band,
        "bars": _bars,
        "steps": _steps,
    }
)


def _words(x: float, y: float, text: str, *, anchor: str = "start", style: str = "") -> str:
    shown = escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\n", " "))
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{shown}</text>'
