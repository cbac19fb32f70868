"""Features: which columns a model learns from, and in which datatype it will be asked for them."""

import numpy as np

from runners.contract import InputError
from runners.evaluate.tables import Columns
from runners.models import Column
from runners.train.examples import DATATYPES, Array
from runners.train.trial import TrainParams

ANSWERS = ("prediction", "predicted_probability", "predicted_probabilities")
"""Columns that the reference adds to the data's own."""


def choose(
    columns: Columns, told: TrainParams, others: frozenset[str | None]
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Choose the features: those that are named, else all columns that have no other role.

    Args:
        columns: the rows' columns.
        told: which are named and which excluded.
        others: columns that have another role: the identifier, and what people answered.

    Returns:
        The features, and notes on what was left out by itself.

    Raises:
        InputError: a feature has no values, infinite ones, or can't be learned from; or there is none.
    """
    names, notes = _named(columns, told) if told.features else _unnamed(columns, told, others)
    if not names:
        raise InputError("there is no column to learn from", "features", "exclude less, or name features")
    for name in names:
        _check(name, columns[name])
    return tuple(Column(name, DATATYPES[columns[name].dtype.kind]) for name in names), notes


def _named(columns: Columns, told: TrainParams) -> tuple[list[str], tuple[str, ...]]:
    if told.target in (told.features or ()):
        raise InputError(f"the target {told.target} is among the features", "features", "take it out")
    names = [name for name in dict.fromkeys(told.features or ()) if name not in told.exclude]
    for name in names:
        if not _is_learnable(columns[name]):
            what = f"{name} holds {'moments in time' if columns[name].dtype.kind == 'M' else 'nested values'}"
            raise InputError(what, name, "exclude it, or turn it into numbers or texts when the data is pulled")
    return names, ()


def _unnamed(columns: Columns, told: TrainParams, others: frozenset[str | None]) -> tuple[list[str], tuple[str, ...]]:
    names = [name for name in columns if name not in {told.target, *told.exclude, *others}]
    learned = [name for name in names if _is_learnable(columns[name])]
    return learned, tuple(f"{name}: neither number, text nor truth" for name in names if name not in learned)


def _is_learnable(values: Array) -> bool:
    if values.ndim != 1 or values.dtype.kind not in DATATYPES:
        return False
    return values.dtype.kind != "O" or set(map(type, values.tolist())) <= {str, type(None)}


def _check(name: str, values: Array) -> None:
    if name in ANSWERS:
        raise InputError(f"{name} is the name of a model's answer", name, "exclude it, or rename it in the data")
    if values.dtype.kind == "f":
        if np.isnan(values).all():
            raise InputError(f"{name} has no value in any row", name, "exclude it")
        if np.isinf(values).any():
            raise InputError(f"{name} is infinite in {int(np.isinf(values).sum())} rows", name, "pull it as missing")
    if values.dtype.kind == "O" and set(values.tolist()) == {None}:
        raise InputError(f"{name} has no value in any row", name, "exclude it")
