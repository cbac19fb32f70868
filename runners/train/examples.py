"""Examples: the rows that a trial learns from, is ranked on and is tested on, with the role of every column."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.models import Column
from runners.models.label_sets import has_of
from runners.models.model import array_of
from runners.models.signature import Label
from runners.tables import Reading

Array = NDArray[Any]

DATATYPES: Mapping[str, str] = {"f": "FP32", "i": "INT64", "b": "BOOL", "O": "BYTES"}
"""The protocol's words by NumPy's kinds; columns of other kinds are no features."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """What labels tell of N rows: how sure each is, whether it is in dispute, and its classes' chances [N, classes].

    What labels of an earlier version don't tell is None.
    """

    confidence: Array
    disputed: Array | None = None
    chances: Array | None = None

    def take(self, rows: Array) -> "Annotations":
        """Return those of some rows, by their places."""
        disputed = None if self.disputed is None else self.disputed[rows]
        chances = None if self.chances is None else self.chances[rows]
        return Annotations(self.confidence[rows], disputed, chances)


@dataclass(frozen=True, slots=True)
class Examples:
    """N rows.

    `columns` are all of the dataset's, [N] or [N, values]; `truth` is the target as its column has it, and `classes`
    its values in order (none for a number). `features` are the columns to learn from, in order.
    """

    columns: Mapping[str, Array]
    truth: Array
    features: tuple[Column, ...]
    classes: tuple[Label, ...] = ()
    identifier: str | None = None
    image: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = field(default=())
    """What was left out, and why."""
    reading: Reading | None = None
    """How the dataset's version read its columns."""
    weights: Array | None = None
    """How much each row counts in training; left out, all count the same."""
    sides: Array | None = None
    """On which side each row is, where its dataset says so: places in `runners.contract.split.SIDES`, or beyond."""
    annotations: Annotations | None = None
    """What labels tell of each row beside the one label."""
    soft: Array | None = None
    """How probable each class is for each row [N, classes], where it is learned from in the place of `truth`."""
    is_joint: bool = False
    """Whether the target is several labels at once; `truth` then holds sets as texts."""
    is_prepared: bool = False
    """Whether the one feature is a matrix that preparations have made."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.truth)

    def take(self, rows: Array) -> "Examples":
        """Return some rows, by their places."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        weights = None if self.weights is None else self.weights[rows]
        sides = None if self.sides is None else self.sides[rows]
        annotations = None if self.annotations is None else self.annotations.take(rows)
        soft = None if self.soft is None else self.soft[rows]
        taken = replace(self, columns=columns, truth=self.truth[rows], weights=weights, sides=sides)
        return replace(taken, annotations=annotations, soft=soft)

    @property
    def is_matrix(self) -> bool:
        """Tell whether the one feature is a matrix [N, values] that is learned from as it is."""
        return self.image is not None or self.is_prepared

    @property
    def inputs(self) -> dict[str, Array]:
        """Return the features' columns."""
        return {feature.name: self.columns[feature.name] for feature in self.features}

    @property
    def codes(self) -> Array:
        """Return what is fitted: the places of the classes, which labels rows have [N, classes], or the numbers."""
        if self.is_joint:
            return has_of(self.truth.tolist(), self.classes)
        if not self.classes:
            return self.truth
        codes: Array = np.searchsorted(array_of(self.classes), self.truth).astype(np.int64)
        return codes


@dataclass(frozen=True, slots=True)
class Parts:
    """Examples to fit, examples on which trials are ranked, and examples to judge on: no choice has seen these."""

    train: Examples
    validation: Examples
    test: Examples

    @property
    def counts(self) -> dict[str, int]:
        """Count the rows of each."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}
