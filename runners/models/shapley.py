"""Shapley values: what each part of a row adds to an answer, in parts that add up.

A row's answer differs from the mean answer to some other rows, the background. Each part (a column, a patch of a
picture) is given what the answer changes by when it becomes the row's, in the mean over all orders in which parts may
(Shapley, 1953; Štrumbelj & Kononenko, 2014, https://doi.org/10.1007/s10115-013-0679-x). Of few parts all sets are asked
about, which is exact; of more, orders are drawn, each with its reverse (Mitchell et al., "Sampling Permutations for
Shapley Value Estimation", 2022, https://jmlr.org/papers/v23/21-0439.html), equally many for each row of the background,
so that the values add up whatever was drawn; their errors are told.
"""

from collections.abc import Callable
from math import factorial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Worth = Callable[[Array, Array], Array]
"""Answers [m, answers] where parts [m, parts] are the row's, and the others those of a row [m] of the background."""
CALLS = 512
"""Answers that are asked for together, about."""


class Shares(NamedTuple):
    """How an answer comes about: `base` [answers] and all `parts` [parts, answers] together are the `whole` [answers].

    `sums` [sums, answers] are those of parts that belong together, with their standard `errors`, which are 0 where all
    sets were asked about; `calls` counts answers.
    """

    base: Array
    whole: Array
    parts: Array
    sums: Array
    errors: Array
    calls: int


class Plan(NamedTuple):
    """How many answers may be asked for, and who says that time is over."""

    calls: int
    is_over: Callable[[], bool]


class TooSlow(RuntimeError):
    """Time is over before there is anything to tell."""


def shares(worth: Worth, of: Array, rows: int, plan: Plan) -> Shares:
    """Share out what an answer differs from the mean of a background.

    Args:
        worth: asks for answers.
        of: to which sum each part belongs, from 0 on.
        rows: how many rows the background has.
        plan: what it may cost.

    Raises:
        TooSlow: time is over before each row of the background was asked about.
    """
    is_of = of == np.arange(of.max(initial=-1) + 1)[:, None]
    if len(of) <= 1 or 2 ** len(of) * rows <= plan.calls:
        return _exact(worth, is_of, rows, plan)
    return _drawn(worth, is_of, rows, plan)


def _exact(worth: Worth, is_of: Array, rows: int, plan: Plan) -> Shares:
    parts = is_of.shape[1]
    sets = (np.arange(2**parts)[:, None] >> np.arange(parts) & 1).astype(np.bool_)
    answers = np.mean([_each(worth, sets, np.full(len(sets), row), plan) for row in range(rows)], axis=0)
    sizes = sets.sum(axis=1)
    weights = np.array([factorial(n) * factorial(max(parts - n - 1, 0)) / factorial(parts) for n in range(parts + 1)])
    found = np.zeros((parts, answers.shape[1]))
    for part in range(parts):
        without = np.flatnonzero(~sets[:, part])
        gained = answers[without + (1 << part)] - answers[without]
        found[part] = weights[sizes[without]] @ gained
    sums = is_of @ found
    return Shares(answers[0], answers[-1], found, sums, np.zeros_like(sums), len(sets) * rows)


def _each(worth: Worth, sets: Array, rows: Array, plan: Plan) -> Array:
    found = []
    for start in range(0, len(sets), CALLS):
        if plan.is_over():
            raise TooSlow
        found.append(worth(sets[start : start + CALLS], rows[start : start + CALLS]))
    return np.concatenate(found)


def _drawn(worth: Worth, is_of: Array, rows: int, plan: Plan) -> Shares:
    """Draw orders with their reverses, in turn for each row of the background, until the calls or the time are over."""
    parts = is_of.shape[1]
    none = worth(np.zeros((rows, parts), np.bool_), np.arange(rows))
    whole = worth(np.ones((1, parts), np.bool_), np.zeros(1, np.int64))[0]
    cost = 2 * (parts - 1)
    least = 2 if rows == 1 else 1  # of one draw there is no error to tell
    turns = max(least, plan.calls // (cost * rows))
    generator = np.random.default_rng(0)
    at_once = max(1, CALLS // cost)
    found: list[Array] = []
    for turn in range(turns):
        if turn >= least and plan.is_over():
            break
        for start in range(0, rows, at_once):
            if turn < least and plan.is_over():
                raise TooSlow
            some = np.arange(start, min(start + at_once, rows))
            orders = np.argsort(generator.random((len(some), parts)), axis=1)
            found += _pairs(worth, orders, some, none, whole)
    drawn = np.stack(found).reshape(-1, rows, parts, len(whole))
    calls = len(found) * cost + rows + 1
    sums = np.einsum("sp,trpa->trsa", is_of, drawn)
    return Shares(none.mean(axis=0), whole, drawn.mean(axis=(0, 1)), sums.mean(axis=(0, 1)), _errors(sums), calls)


def _errors(drawn: Array) -> Array:
    """Return standard errors of means over turns and rows; each row has its own mean, which isn't left to chance."""
    turns, rows = drawn.shape[:2]
    if turns < 2:
        drawn = drawn.reshape(rows, 1, *drawn.shape[2:])
        turns, rows = rows, 1
    found: Array = np.sqrt(drawn.var(axis=0, ddof=1).mean(axis=0) / (turns * rows))
    return found


def _pairs(worth: Worth, orders: Array, rows: Array, none: Array, whole: Array) -> list[Array]:
    """Return what each part adds in orders and their reverses, in the mean of both, for each of some rows."""
    parts = orders.shape[1]
    both = np.concatenate([orders, orders[:, ::-1]])
    ranks = np.argsort(both, axis=1)
    sets = ranks[:, None, :] < np.arange(1, parts)[None, :, None]
    of = np.concatenate([rows, rows])
    answers = worth(sets.reshape(-1, parts), np.repeat(of, parts - 1)).reshape(len(both), parts - 1, -1)
    ends = np.broadcast_to(whole, (len(both), 1, len(whole)))
    gained = np.diff(np.concatenate([none[of][:, None], answers, ends], axis=1), axis=1)
    found = np.take_along_axis(gained, ranks[:, :, None], axis=1)
    half = len(orders)
    return list((found[:half] + found[half:]) / 2)
