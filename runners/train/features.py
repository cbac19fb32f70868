"""Features: which columns a model learns from, and in which datatype it will be asked for them."""

import numpy as np

from runners.contract import InputError
from runners.contract.preparations import Preparations
from runners.evaluate.tables import Columns
from runners.models import Column
from runners.train.examples import DATATYPES, Array
from runners.train.narrowing import LIMIT
from runners.train.nearest import did_you_mean
from runners.train.trial import TrainParams

ANSWERS = ("prediction", "predicted_probability", "predicted_probabilities")
"""Columns that the reference adds to the data's own."""
FINE = 2.0**-16
"""Part of a column's spread by which rounding may move a value."""


def choose(
    columns: Columns,
    told: TrainParams,
    others: frozenset[str | None],
    training_only: frozenset[str] = frozenset(),
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Choose the features: those that are named, else all columns that have no other role.

    Args:
        columns: the rows' columns.
        told: which are named and which excluded.
        others: columns that have another role: the identifier, and what people answered.
        training_only: columns that no request has.

    Returns:
        The features, and notes on what was left out by itself.

    Raises:
        InputError: a feature has no values, can't be learned from, or is in no request; or there is none.
    """
    dropped = {name for name, steps in (told.preparations or {}).items() if any(step.drop for step in steps)}
    told = told.model_copy(update={"exclude": (*told.exclude, *sorted(dropped))})
    names, notes = _named(columns, told) if told.features else _unnamed(columns, told, others, training_only)
    if absent := next((name for name in names if name in training_only), None):
        what = f"{absent} is in training data only, and no request has it: a model that needs it couldn't answer"
        raise InputError(what, "features", "take it out, or say in the dataset that requests have it: environments")
    if not names:
        raise InputError("there is no column to learn from", "features", "exclude less, or name features")
    for name in names:
        _check(name, columns[name])
    for name in (told.preparations or {}).keys() - dropped - set(names):
        hint = did_you_mean(name, names)
        raise InputError(f"{name} is prepared, and is no column that is learned from", f"preparations.{name}", hint)
    return tuple(Column(name, datatype_of(columns[name])) for name in names), notes


def datatype_of(values: Array) -> str:
    """Return the type in which a model is asked for a column: doubles only where fewer bits would lose something.

    Numbers of 32 bits do where rounding to them moves no value by more than a small part of what tells it from others.
    """
    if values.dtype.kind == "M":
        return "BYTES"  # by which a client writes a moment
    if values.dtype.kind != "f":
        return DATATYPES[values.dtype.kind]
    present = values[~np.isnan(values)]
    if not present.size:
        return "FP32"
    with np.errstate(over="ignore", under="ignore"):
        rounded = present.astype(np.float32).astype(np.float64)
        away = np.abs(present - np.median(present))
        spread = np.median(away) or away.mean() or np.inf
    return "FP64" if (np.abs(present) > LIMIT).any() or (np.abs(rounded - present) > spread * FINE).any() else "FP32"


def _named(columns: Columns, told: TrainParams) -> tuple[list[str], tuple[str, ...]]:
    if told.target in (told.features or ()):
        raise InputError(f"the target {told.target} is among the features", "features", "take it out")
    names = [name for name in dict.fromkeys(told.features or ()) if name not in told.exclude]
    for name in names:
        if not _is_learnable(columns[name], told.preparations or {}, name):
            is_moment = columns[name].dtype.kind == "M"
            what = f"{name} holds {'moments in time' if is_moment else 'nested values'}"
            hint = (
                f"say preparations: {{{name}: [{{datetime: {{}}}}]}}" if is_moment else "turn it into numbers or texts"
            )
            raise InputError(what, name, f"exclude it, or {hint}{'' if is_moment else ' when the data is pulled'}")
    return names, ()


def _unnamed(
    columns: Columns, told: TrainParams, others: frozenset[str | None], training_only: frozenset[str]
) -> tuple[list[str], tuple[str, ...]]:
    names = [name for name in columns if name not in {told.target, *told.exclude, *others}]
    absent, prepared = "in training data only: no request has it", told.preparations or {}
    reasons = {name: absent if name in training_only else _why_not(columns[name], prepared, name) for name in names}
    learned = [name for name in names if not reasons[name]]
    return learned, tuple(f"{name}: {reason}" for name, reason in reasons.items() if reason)


def _why_not(values: Array, preparations: Preparations, name: str) -> str:
    if not _is_learnable(values, preparations, name):
        is_moment = values.ndim == 1 and values.dtype.kind == "M"
        hint = ", unless preparations name it, such as by datetime" if is_moment else ""
        return f"neither number, text nor truth{hint}"
    return "no value in any row" if _is_empty(values) else ""


def _is_empty(values: Array) -> bool:
    if values.dtype.kind == "f":
        return bool(np.isnan(values).all())
    if values.dtype.kind == "M":
        return bool(np.isnat(values).all())
    return values.dtype.kind == "O" and set(values.tolist()) <= {None}


def finite(columns: Columns, target: str) -> tuple[str, ...]:
    """Take infinite numbers for missing ones, in place, but those of the target; return notes on where that was."""
    notes = []
    for name, values in columns.items():
        if name != target and values.ndim == 1 and values.dtype.kind == "f" and np.isinf(values).any():
            notes.append(f"{name}: infinite in {int(np.isinf(values).sum())} rows, which counts as missing")
            columns[name] = np.where(np.isinf(values), np.nan, values)
    return tuple(notes)


def _is_learnable(values: Array, preparations: Preparations, name: str) -> bool:
    if values.ndim == 1 and values.dtype.kind == "M":
        return name in preparations
    if values.ndim != 1 or values.dtype.kind not in DATATYPES:
        return False
    return values.dtype.kind != "O" or set(map(type, values.tolist())) <= {str, type(None)}


def _check(name: str, values: Array) -> None:
    if name in ANSWERS:
        raise InputError(f"{name} is the name of a model's answer", name, "exclude it, or rename it in the data")
    if _is_empty(values):
        raise InputError(f"{name} has no value in any row", name, "exclude it")
