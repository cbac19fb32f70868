"""Parallel coordinates of trials as SVG (Inselberg, 1985): an axis for each parameter that differs, the last one ranks.

Numbers of more than two orders of magnitude stand on a logarithmic axis. The best are thick and drawn last, so that
nobody needs to see colours to find them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.web.pages.documents import number, text
from reconciler.web.pages.trials import Trial

MOST_AXES, MOST_LINES, MOST_TICKS = 8, 200, 8
STEP, HEIGHT, TOP, BOTTOM, EDGE = 150, 240, 34, 14, 70
"""Pixels: between two axes, of the picture, above and below an axis, and left and right of all."""
_DECADES = 100.0
_NAME = 20


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: its name, where it stands, and words with their heights."""

    name: str
    short: str
    x: int
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A trial's line: its path, its words, and how good it is: `best`, `good` or `other`, or `live`."""

    run: str
    d: str
    words: str
    look: str


@dataclass(frozen=True, slots=True)
class Coordinates:
    """The picture."""

    width: int
    height: int
    axes: Sequence[Axis]
    lines: Sequence[Line]
    left_out: int
    """Parameters that found no axis."""


def coordinates(told: Sequence[Trial], params: Sequence[str], ranking: str, *, is_more: bool) -> Coordinates | None:
    """Draw trials that have a figure; None where there are fewer than two, or nothing differs.

    Args:
        told: the trials.
        params: the parameters that differ.
        ranking: the metric that ranks.
        is_more: whether more of it is better.
    """
    ranked = [trial for trial in told if trial.ranking.value is not None][:MOST_LINES]
    if len(ranked) < 2 or not params:
        return None
    shown = params[: MOST_AXES - 1]
    columns: list[Sequence[Any]] = [[trial.params.get(name) for trial in ranked] for name in shown]
    scales = [_scale(values) for values in (*columns, [trial.ranking.value for trial in ranked])]
    names = (*shown, ranking)
    axes = [_axis(name, place, scale) for place, (name, scale) in enumerate(zip(names, scales, strict=True))]
    best = sorted(ranked, key=lambda trial: (trial.ranking.value or 0.0) * (-1 if is_more else 1))
    looks = {trial.run: _look(place, len(best)) for place, trial in enumerate(best)}
    lines = [_line(trial, shown, scales, "live" if trial.is_live else looks[trial.run]) for trial in reversed(best)]
    lines.sort(key=lambda line: ("other", "good", "best", "live").index(line.look))
    width = 2 * EDGE + (len(axes) - 1) * STEP
    return Coordinates(width, HEIGHT, axes, lines, len(params) - len(shown))


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to heights: numbers on a line, or texts in places of their own."""

    low: float
    high: float
    is_log: bool
    words: tuple[str, ...] = ()

    def y(self, value: Any) -> float:
        inner = HEIGHT - TOP - BOTTOM
        if self.words:
            place = self.words.index(_word(value))
            share = 0.5 if len(self.words) == 1 else place / (len(self.words) - 1)
        else:
            found = number(value) or 0.0
            at, low, high = (math.log10(each) if self.is_log else each for each in (found, self.low, self.high))
            share = (at - low) / (high - low) if high > low else 0.5
        return round(TOP + inner * (1 - share), 1)


def _scale(values: Sequence[Any]) -> _Scale:
    known = [number(value) for value in values]
    if any(value is None for value in known):
        return _Scale(0, 1, is_log=False, words=tuple(sorted({_word(value) for value in values})))
    low, high = min(v for v in known if v is not None), max(v for v in known if v is not None)
    return _Scale(low, high, is_log=low > 0 and high / low >= _DECADES)


def _word(value: Any) -> str:
    return text(value) if value is not None else "none"


def _axis(name: str, place: int, scale: _Scale) -> Axis:
    if scale.words:
        stride = -(-len(scale.words) // MOST_TICKS)
        ticks = [(scale.y(word), _short(word)) for word in scale.words[::stride]]
    else:
        values = (scale.low, scale.high) if scale.high > scale.low else (scale.low,)
        ticks = [(scale.y(value), f"{value:.4g}") for value in values]
    return Axis(name, _short(name), EDGE + place * STEP, ticks)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _look(place: int, count: int) -> str:
    if place == 0:
        return "best"
    return "good" if place < max(2, count // 4) else "other"


def _line(trial: Trial, params: Sequence[str], scales: Sequence[_Scale], look: str) -> Line:
    values = [*(trial.params.get(name) for name in params), trial.ranking.value]
    points = [
        f"{EDGE + n * STEP},{scale.y(value)}" for n, (scale, value) in enumerate(zip(scales, values, strict=True))
    ]
    told = ", ".join(f"{name} {_word(trial.params.get(name))}" for name in params)
    return Line(trial.run, "M" + " L".join(points), f"{trial.digest}: {trial.ranking.value:.4g}, {told}", look)
