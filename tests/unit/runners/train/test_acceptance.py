"""Acceptance: an exported model must answer as the library did, and be loadable as a server loads it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.models import Column, Prediction
from runners.tables import ColumnReading, Reading
from runners.tables.types import Type
from runners.train.acceptance import accept, ask, differences, outputs_of, schema_of
from runners.train.estimators import Family
from runners.train.examples import Parts
from runners.train.fitted import Fitted
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.trial import Trial
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.rows import examples

KINDS: dict[str, Type] = {"id": "string", "age": "integer", "more": "string", "ill": "boolean"}
Case = tuple[Trial, Parts, Fitted]


@pytest.fixture
def case(asking: Asking, cancer: Path) -> Case:
    """Return a trial, its rows, and what was fitted to them."""
    trial = asking.trial(cancer, {"model": "logistic"})
    parts = split(read_table(trial), trial.told.split, trial.seed)
    return trial, parts, Family("logistic")(trial, parts)


def test_a_faithful_export_differs_in_nothing(case: Case) -> None:
    trial, parts, fitted = case
    prediction = ask(accept(trial, fitted, parts.train), parts.test)
    assert differences(prediction, fitted) == ()


def test_an_unfaithful_export_is_a_violation(case: Case) -> None:
    trial, parts, fitted = case
    assert fitted.expected is not None
    prediction = ask(accept(trial, fitted, parts.train), parts.test)
    moved = fitted.expected.copy()
    moved[3] += 0.01
    (violation,) = differences(prediction, replace(fitted, expected=moved))
    assert violation.where == "model.onnx"
    assert "1 of 142 test rows" in violation.what
    assert "by up to 0.01" in violation.what


def test_numbers_may_differ_by_their_size() -> None:
    fitted = Fitted("m", "onnx", (), (), "", "value", expected=np.array([1e6, 1.0]))
    assert differences(Prediction(np.array([1e6 + 50, 1.0])), fitted) == ()
    assert differences(Prediction(np.array([1e6, 1.001])), fitted)


def test_a_model_that_cannot_be_loaded_is_told(case: Case) -> None:
    trial, parts, fitted = case
    (trial.folder / fitted.file).write_bytes(b"nonsense")
    with pytest.raises(InputError, match="onnxruntime can't load the model"):
        accept(trial, fitted, parts.train)


def test_a_model_that_cannot_answer_is_told(case: Case) -> None:
    trial, parts, fitted = case
    model = accept(trial, fitted, parts.train)
    broken = replace(parts.test, columns={**parts.test.columns, "ward": np.zeros(len(parts.test))})
    with pytest.raises(InputError, match="the model can't answer the test rows: ward of row 0 is 0"):
        ask(model, broken)


@pytest.mark.parametrize(
    ("task", "labels", "reading", "told"),
    [
        (
            "binary",
            ["n", "y"],
            "probabilities",
            [("prediction", "BYTES", (-1,)), ("predicted_probability", "FP64", (-1,))],
        ),
        ("binary", [False, True], "label", [("prediction", "BOOL", (-1,))]),
        (
            "multiclass",
            [1, 2, 3],
            "probabilities",
            [("prediction", "INT64", (-1,)), ("probabilities", "FP64", (-1, 3))],
        ),
        (
            "multiclass",
            ["n", "y"],
            "probabilities",
            [("prediction", "BYTES", (-1,)), ("probabilities", "FP64", (-1, 2))],
        ),
        ("regression", [0.5, 1.5], "value", [("prediction", "FP64", (-1,))]),
    ],
)
def test_outputs_are_told_in_the_protocols_words(task: Any, labels: list[Any], reading: Any, told: list[Any]) -> None:
    rows = examples({"a": list(range(len(labels))), "y": labels})
    outputs = outputs_of(task, rows, Fitted("m", "onnx", (), (), "", reading))
    assert [(column.name, column.datatype, column.shape) for column in outputs] == told


def test_a_model_carries_how_its_columns_were_read() -> None:
    rows = examples({"id": ["a", "b"], "age": [1, None], "more": ["x", "y"], "ill": [True, False]}, "ill", "id")
    read = Reading({name: ColumnReading(kind) for name, kind in KINDS.items()}, "id")
    told = schema_of("ill", replace(rows, reading=read), (Column("age", "FP32"),))
    assert dict(told.columns) == {
        "age": ColumnReading("integer"), "id": ColumnReading("string"), "ill": ColumnReading("boolean", (False, True)),
    }  # fmt: skip
    assert (told.identifier, told.target) == ("id", "ill")


def test_a_target_of_another_place_is_read_as_it_was_learned() -> None:
    rows = examples({"age": [1, 2], "label": ["cat", "dog"]}, "label")
    told = schema_of("label", rows, (Column("age", "INT64"),))
    assert dict(told.columns) == {"label": ColumnReading("string", ("cat", "dog"))}
