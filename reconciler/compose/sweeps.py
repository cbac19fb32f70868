"""Hydra's sweeps in `params`, turned to the list of trials.

`choice(a, b)`, `range(0, 10, 2)`, `interval(0.001, 0.1)` and `glob(*)` mean what they mean to Hydra's command line,
with its casts, `sort` and `tag`. Trials are the product of all sweeps in the order of the file, the last one changing
fastest. An interval is sampled: each combination of the other sweeps gets an equal part of `budget.trials`, and points
of its own (`sampling`); `tag(log, interval(...))` samples magnitudes, `int(interval(...))` whole numbers. `glob` takes
the contents of the parts in `specs/parts/<key>/`. Params that follow a swept one by interpolation are in `tied`.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from reconciler.compose.defaults import readable
from reconciler.compose.flaws import Flaw, Flawed
from reconciler.compose.library import PARTS, Desk
from reconciler.compose.override_grammar import ENDLESS, LONGEST, Choice, Glob, Range, is_plain, is_sweep, parse
from reconciler.compose.sampling import MOST_DIMENSIONS, Interval, shares
from reconciler.model.errors import BadSpec
from reconciler.model.ids import canonical
from reconciler.model.text import printable
from reconciler.yaml.positions import Path

_MOST_SWEEPS = 100
_APART = 10_007
"""Points from the first one of a combination to the first one of the next.

More than a budget has trials, so that a larger budget moves none; and a prime that is no base of the sequence, so that
the first points of all combinations cover the space evenly, too (Kocis & Whiten 1997, ACM TOMS 23, 266-294).
"""


@dataclass(frozen=True, slots=True)
class Space:
    """All sweeps of a `params` mapping, by path. `axes` are listed values, `intervals` are sampled.

    `make` makes the params of one of so many trials from its values, where they are more than filled in (`tied`).
    """

    params: Mapping[str, Any]
    axes: Mapping[Path, Choice | Range]
    intervals: Mapping[Path, Interval]
    make: Callable[[Mapping[Path, Any], int], Mapping[str, Any]] | None = None

    def count(self, budget: int) -> int:
        """Return how many trials there are, without listing them."""
        listed = min(math.prod(axis.count() for axis in self.axes.values()), ENDLESS)
        return max(listed, listed * (budget // listed)) if self.intervals and listed else listed


def space(params: Mapping[str, Any], desk: Desk) -> Space:
    """Find the sweeps in `params`.

    Raises:
        Flawed: sweeps that can't be read, all of them.
    """
    axes: dict[Path, Choice | Range] = {}
    intervals: dict[Path, Interval] = {}
    flaws: list[Flaw] = []
    for path, text in _sweeps(params):
        try:
            sweep = parse(text)
            if isinstance(sweep, Glob):
                axes[path] = _options(sweep, path, desk)
            elif isinstance(sweep, Interval):
                intervals[path] = sweep
            else:
                axes[path] = sweep
        except BadSpec:
            raise
        except ValueError as error:
            flaws.append(Flaw(("params", *path), f"`{printable(text, 60)}` {error}", _HINT))
    if len(intervals) > MOST_DIMENSIONS:
        flaws.append(Flaw(("params",), f"more than {MOST_DIMENSIONS} intervals", "fix some of them"))
    if flaws:
        raise Flawed(*flaws)
    return Space(params, axes, intervals)


def _sweeps(params: Mapping[str, Any]) -> list[tuple[Path, str]]:
    sweeps = [(path, text) for path, text in _texts(params, ()) if is_sweep(text)]
    if len(sweeps) > _MOST_SWEEPS:
        raise Flawed(Flaw(("params",), f"more than {_MOST_SWEEPS} sweeps", "fix most of them"))
    if sum(len(text) for _, text in sweeps if not is_plain(text)) > 2 * LONGEST:
        raise Flawed(Flaw(("params",), f"the sweeps have more than {2 * LONGEST:,} characters", "write plain choices"))
    return sweeps


_HINT = "write choice(a, b), range(0, 10, 2), interval(0.001, 0.1) or glob(*)"


def trials(space: Space, budget: int, seed: int) -> tuple[Mapping[str, Any], ...]:
    """List the parameters of every trial, in order, each combination once.

    Raises:
        Flawed: there are more than the budget allows, or none.
    """
    count = space.count(budget)
    if count > budget:
        number = f"{count:,}" if count < ENDLESS else "endlessly many"
        message = f"the sweep makes {number} trials, and budget.trials allows {budget:,}"
        raise Flawed(Flaw(("params",), message, "sweep less, or raise budget.trials"))
    if count == 0:
        raise Flawed(Flaw(("params",), "the sweep is empty: it makes no trial", "give it at least one value"))
    if not space.axes and not space.intervals:
        return (space.params,)
    found = {canonical(trial): trial for trial in _expanded(space, budget, seed)}
    if len(found) > budget:
        raise Flawed(
            Flaw(("params",), f"the sweep makes more than {budget:,} trials", "sweep less, or raise budget.trials")
        )
    return tuple(found.values())


def _expanded(space: Space, budget: int, seed: int) -> Iterator[Mapping[str, Any]]:
    listed = [_values(axis, budget) for axis in space.axes.values()]
    samples = budget // math.prod(map(len, listed)) if space.intervals else 1
    for place, combination in enumerate(product(*listed)):
        fixed = dict(zip(space.axes, combination, strict=True))
        for index in range(samples):
            sampled = {
                path: interval.at(shares(place * _APART + index, dimension, seed))
                for dimension, (path, interval) in enumerate(space.intervals.items())
            }
            values = {**fixed, **sampled}
            yield space.make(values, space.count(budget)) if space.make else filled(space.params, values)


def _values(axis: Choice | Range, most: int) -> Sequence[Any]:
    if isinstance(axis, Choice):
        return axis.values
    from hydra.core.override_parser.types import RangeSweep

    return list(islice(RangeSweep(start=axis.start, stop=axis.stop, step=axis.step).range(), most + 1))


def filled(params: Mapping[str, Any], values: Mapping[Path, Any], path: Path = ()) -> dict[str, Any]:
    """Put values at their paths."""
    result: dict[str, Any] = {}
    for key, value in params.items():
        here = (*path, key)
        if here in values:
            result[key] = values[here]
        else:
            result[key] = filled(value, values, here) if isinstance(value, dict) else value
    return result


def _texts(params: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    for key, value in params.items():
        if isinstance(value, str):
            yield (*path, key), value
        elif isinstance(value, dict):
            yield from _texts(value, (*path, key))


def _options(sweep: Glob, path: Path, desk: Desk) -> Choice:
    """Return the contents of the parts that a glob selects.

    Raises:
        ValueError: there are none, or one needs composition of its own.
        BadSpec: a part is unreadable.
    """
    from hydra.core.override_parser.types import Glob as HydraGlob

    group = "/".join(map(str, path))
    names = HydraGlob(list(sweep.include), list(sweep.exclude)).filter(list(desk.options(group)))
    if not names:
        raise ValueError(f"finds no part in {PARTS}/{group}/")
    values = []
    for name in names:
        document = readable(desk, f"{PARTS}/{group}/{name}.yaml")
        if document.defaults or document.interpolates:
            raise ValueError(f"takes {PARTS}/{group}/{name}.yaml, which may not have `defaults` or interpolation")
        values.append(document.value)
    return Choice(tuple(values))
