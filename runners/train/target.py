"""The target: its classes or numbers, and the rows that have one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.evaluate.predictions import Task
from runners.models.signature import Label
from runners.train.joint import labels_of

Array = NDArray[Any]
FEWEST = 10
"""Rows with a target under which nothing is trained."""
MOST_CLASSES = 1000
WHOLE = 2.0**53
"""The largest number up to which floats hold every integer."""


@dataclass(frozen=True, slots=True)
class Target:
    """The rows that have a target, by a mask [rows of the data]; their truth, and its classes in order."""

    rows: Array
    truth: Array
    classes: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()


def target_of(values: Array, name: str, task: Task) -> Target:
    """Look at the target's column.

    Raises:
        InputError: it doesn't fit the task, or there is too little of it.
    """
    if values.ndim != 1 or values.dtype.kind not in "fiubO":
        raise InputError(f"the target {name} is neither text, number nor truth", name, "predict another column")
    rows = _present(values)
    if rows.sum() < FEWEST:
        what = f"{int(rows.sum())} rows have a {name}: at least {FEWEST} are needed"
        raise InputError(what, name, "collect more rows, or name the column that holds the outcome")
    missing = len(rows) - int(rows.sum())
    notes = (f"{missing} rows without {name}",) if missing else ()
    truth = _plain(values[rows])
    if task == "multilabel":
        return Target(rows, truth, labels_of(truth, name), notes)
    if task == "regression":
        return Target(rows, _numbers(truth, name), notes=notes)
    return Target(rows, truth, _classes(truth, name, task), notes)


def as_truths(values: Array) -> Array:
    """Return a column of truths whose gaps had made numbers of them: as objects, None where one is missing."""
    if values.dtype.kind != "f":
        return values
    truths = values.astype(np.object_)
    truths[:] = [None if np.isnan(value) else bool(value) for value in values.tolist()]
    return truths


def _present(values: Array) -> Array:
    if values.dtype.kind == "f":
        return ~np.isnan(values)
    if values.dtype.kind == "O":
        return np.array([value is not None for value in values.tolist()], np.bool_)
    return np.ones(len(values), np.bool_)


def _plain(truth: Array) -> Array:
    """Bring numbers that are whole back to integers, and truths to truths: a gap had made them floats, or objects."""
    if truth.dtype.kind == "O" and set(map(type, truth.tolist())) == {bool}:
        return truth.astype(np.bool_)
    if truth.dtype.kind == "f" and (np.abs(truth) <= WHOLE).all() and (np.mod(truth, 1) == 0).all():
        return truth.astype(np.int64)
    return truth


def _numbers(truth: Array, name: str) -> Array:
    if truth.dtype.kind not in "fiu" or np.isinf(truth.astype(np.float64)).any():
        what = f"the target {name} holds {'infinite values' if truth.dtype.kind == 'f' else 'no numbers'}"
        raise InputError(what, name, "say task: binary or multiclass, or predict another column")
    numbers = truth.astype(np.float64)
    if np.ptp(numbers) == 0:
        raise InputError(f"the target {name} is {numbers[0]:g} in every row", name, "there is nothing to learn from it")
    return numbers


def _classes(truth: Array, name: str, task: Task) -> tuple[Label, ...]:
    if truth.dtype.kind == "O" and set(map(type, truth.tolist())) != {str}:
        raise InputError(f"the target {name} holds neither texts, numbers nor truths", name, "predict another column")
    found, counts = np.unique(truth, return_counts=True)
    classes = tuple(found.tolist())
    _check_count(classes, name, task)
    if counts.min() < 2:
        rare = [str(classes[place]) for place in np.flatnonzero(counts < 2)]
        what = f"{name} is {rare[0]} in one row only" + (f", and {len(rare) - 1} more are" if len(rare) > 1 else "")
        raise InputError(what, name, "each class needs two rows at least, one of them to test: merge or drop rare ones")
    return classes


def _check_count(classes: tuple[Label, ...], name: str, task: Task) -> None:
    shown = ", ".join(map(str, classes[:10])) + (", …" if len(classes) > 10 else "")
    if len(classes) == 1:
        raise InputError(f"{name} is {shown} in every row", name, "there is nothing to learn from one class")
    if task == "binary" and len(classes) > 2:
        fix = "say task: multiclass, or task: regression where it is a number"
        raise InputError(f"the task is binary, and {name} has {len(classes)} values: {shown}", "task", fix)
    if len(classes) > MOST_CLASSES:
        raise InputError(
            f"{name} has {len(classes)} classes, and at most {MOST_CLASSES} are told apart",
            name,
            "say task: regression, or predict another column",
        )
