"""The background of a model: what its training rows hold, column by column, for explanations.

Each column has as many values as the background has rows, at equal steps through its sorted values, in an order of
its own: so no training row is kept, and a text that few rows hold isn't either. A sensitive column is told by its mean.
"""

from typing import Any

import numpy as np

from runners.models.background import FILE, Background
from runners.models.columns import as_json
from runners.models.explaining import MOST_COLUMNS
from runners.models.signature import Column
from runners.train.examples import Array, Examples
from runners.train.fitted import Fitted
from runners.train.trial import Trial

ROWS = 16
FEW = 10
"""Rows that hold a text at the least, so that it is kept."""


def leave_background(trial: Trial, fitted: Fitted, train: Examples) -> bool:
    """Write `background.json` beside a model of columns; return whether there is one."""
    known = background_of(train, fitted.inputs, _texts(trial))
    if known is not None:
        (trial.folder / FILE).write_text(known.to_json(), "utf-8")
    return known is not None


def _texts(trial: Trial) -> frozenset[str]:
    """Return the columns that are learned from as free texts, word by word."""
    told = trial.told.preparations or {}
    return frozenset(name for name, steps in told.items() if any(step.text is not None for step in steps))


def background_of(train: Examples, inputs: tuple[Column, ...], texts: frozenset[str]) -> Background | None:
    """Return the background of a model that takes some columns; None of one of pictures, or of too many columns."""
    if any(given.width != 1 for given in inputs) or not 0 < len(inputs) <= MOST_COLUMNS:
        return None
    hidden = train.reading.sensitive if train.reading else frozenset()
    generator = np.random.default_rng(0)
    columns = {}
    for given in inputs:
        order = generator.permutation(ROWS)
        values = _values(train.columns[given.name], is_hidden=given.name in hidden)
        columns[given.name] = [values[place] for place in order.tolist()]
    return Background(columns, tuple(given.name for given in inputs if given.name in texts))


def _values(values: Array, *, is_hidden: bool) -> list[Any]:
    """Return so many values at equal steps through the sorted ones; those that are missing come last."""
    if values.dtype.kind in "OU":
        found = [None] * len(values) if is_hidden else _by_number(values)
    else:
        moments = values.astype("datetime64[us]") if values.dtype.kind == "M" else values
        is_there = ~np.isnat(moments) if values.dtype.kind == "M" else np.isfinite(values)
        known = _mean(moments[is_there]) if is_hidden and is_there.any() else np.sort(moments[is_there])
        found = [as_json(one) for one in known.tolist()] + [None] * int((~is_there).sum())
    return [found[(2 * place + 1) * len(found) // (2 * ROWS)] for place in range(ROWS)]


def _by_number(values: Array) -> list[str | None]:
    """Return texts, equal ones together, and None where one is missing or held by few rows."""
    known, counts = np.unique(
        np.array([one for one in values.tolist() if one is not None], np.str_), return_counts=True
    )
    often = [(name, count) for name, count in zip(known.tolist(), counts.tolist(), strict=True) if count >= FEW]
    found: list[str | None] = [name for name, count in often for _ in range(count)]
    return found + [None] * (len(values) - len(found))


def _mean(values: Array) -> Array:
    """Return the mean in the place of each value, as one of their own type."""
    if values.dtype.kind == "f":
        return np.full(len(values), values.mean(), values.dtype)
    middle = np.round(values.astype(np.int64).astype(np.float64).mean()).astype(np.int64)
    return np.full(len(values), middle, np.int64).astype(values.dtype)
