"""A candidate: a trial's test rows, what was true, and what its model answered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.evaluate.predictions import Answers, Task, answers_of
from runners.evaluate.tables import Columns, read_parquet
from runners.models import ModelRefused, Prediction, Signature
from runners.models.signature import read_signature

Array = NDArray[Any]
ROWS, PARAMS = "reference.parquet", "params.json"
OF_CLASS = "probability_"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trial as it was left. `metric` and `slices` are those of its experiment."""

    run: str
    columns: Columns
    signature: Signature
    answers: Answers
    metric: str
    slices: tuple[str, ...]
    told: Mapping[str, Any] = field(default_factory=dict)
    """What its training was told."""

    @property
    def task(self) -> Task:
        """Return what the target is."""
        return self.answers.task

    @property
    def target(self) -> str:
        """Return the target's column."""
        return self.signature.target

    @property
    def classes(self) -> tuple[Any, ...]:
        """Return the classes, in order."""
        return self.signature.classes

    @property
    def truth(self) -> Array:
        """Return the target of the test rows."""
        return self.columns[self.target]

    def at(self, rows: Array) -> "Candidate":
        """Return it with some of its test rows, by their places."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return replace(self, columns=columns, answers=self.answers.take(rows))

    def column(self, name: str) -> Array:
        """Return a column of the test rows.

        Raises:
            InputError: they have none of this name.
        """
        if name not in self.columns:
            what = f"the candidate's test rows have no column {name}"
            raise InputError(what, name, "train the candidate on data that has it, or promote by hand")
        return self.columns[name]


def read_candidate(folder: Path) -> Candidate:
    """Read a trial's folder.

    Raises:
        InputError: it is no trial, or can't be read.
    """
    try:
        signature = read_signature(folder)
    except ModelRefused as error:
        raise InputError(error.what, error.where, error.fix) from error
    told = _params(folder / PARAMS)
    columns = read_parquet(folder / ROWS, "train the candidate again")
    task: Any = signature.task
    answers = answers_of(task, columns[signature.target], _prediction(columns, signature), signature.classes)
    metric = str((told.get("metric") or {}).get("name", ""))
    run, slices = str(told.get("run", folder.name)), tuple(told.get("slices") or ())
    return Candidate(run, columns, signature, answers, metric, slices, told)


def _params(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} can't be read: {error}", path.name, "train the candidate again") from error
    return told if isinstance(told, dict) else {}


def _prediction(columns: Columns, signature: Signature) -> Prediction:
    """Return what the candidate answered when it was tested."""
    each = [columns[name] for label in signature.classes if (name := f"{OF_CLASS}{label}") in columns]
    return Prediction(
        columns["prediction"],
        columns.get("predicted_probability"),
        np.column_stack(each) if each else None,
    )
