"""Importance: what a model relies on shows, what it ignores doesn't."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from runners.evaluate.metrics import METRICS
from runners.evaluate.predictions import answers_of
from runners.models import Column, load
from runners.train.examples import Examples
from runners.train.importance import importance_of
from tests.unit.runners.evaluate.conftest import rows_of_ill, trial

AREA, *_ = METRICS["binary"]
LOSS = next(metric for metric in METRICS["binary"] if metric.name == "log_loss")


def ill() -> Examples:
    columns = rows_of_ill()
    features = (Column("age", "FP32"), Column("weight", "INT64"))
    return Examples(columns, columns["ill"], features, ("no", "yes"), "id")


def test_the_column_that_counts_most_is_first(tmp_path: Path) -> None:
    model, rows = load(trial(tmp_path / "trial")), ill()
    answers = answers_of("binary", rows.truth, model.predict(rows.inputs), rows.classes)
    lost = importance_of(model, rows, answers, AREA, 0)
    assert list(lost) == ["weight", "age"]
    assert lost["weight"] > 0.2
    assert lost == importance_of(model, rows, answers, AREA, 0)
    assert importance_of(model, rows, answers, LOSS, 0)["weight"] > 0


def test_pictures_have_none(tmp_path: Path) -> None:
    model, rows = load(trial(tmp_path / "trial")), ill()
    answers = answers_of("binary", rows.truth, model.predict(rows.inputs), rows.classes)
    assert importance_of(model, replace(rows, image={"height": 1, "width": 1, "channels": 1}), answers, AREA, 0) == {}


def test_shuffling_is_all_that_is_done_to_the_rows(tmp_path: Path) -> None:
    model, rows = load(trial(tmp_path / "trial")), ill()
    before = {name: values.copy() for name, values in rows.columns.items()}
    importance_of(model, rows, answers_of("binary", rows.truth, model.predict(rows.inputs), rows.classes), AREA, 0)
    assert all(np.array_equal(before[name], values) for name, values in rows.columns.items())
