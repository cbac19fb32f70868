"""Answers to measure, drawn once from a seed; and trials as training leaves them."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runners.evaluate.predictions import Answers
from runners.evaluate.seen import seen_of
from runners.evaluate.tables import Columns, write_parquet
from runners.models import load
from runners.models.loading import digest_of
from tests.unit.runners.models.conftest import linear_model, signature

ROWS = 400


def binary(seed: int = 0, rows: int = ROWS) -> Answers:
    """Return answers of a middling model, with ties among its scores."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, rows)
    scores = np.clip(0.3 * truth + 0.7 * generator.random(rows), 0, 1).round(2)
    return Answers("binary", truth, (scores > 0.5).astype(np.int64), np.column_stack([1 - scores, scores]))


def multiclass(seed: int = 0, rows: int = ROWS, classes: int = 4) -> Answers:
    """Return answers of a middling model of several classes."""
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, classes, rows)
    raw = generator.random((rows, classes)) + np.eye(classes)[truth] * 0.6
    scores = raw / raw.sum(axis=1, keepdims=True)
    return Answers("multiclass", truth, scores.argmax(axis=1), scores)


def regression(seed: int = 0, rows: int = ROWS) -> Answers:
    """Return answers of a middling regressor."""
    generator = np.random.default_rng(seed)
    truth = generator.normal(1e6, 10, rows)
    return Answers("regression", truth, truth + generator.normal(0, 5, rows))


def multilabel(seed: int = 0, rows: int = ROWS, labels: int = 3) -> Answers:
    """Return answers of a middling model of several labels at once, of which the last is rare."""
    generator = np.random.default_rng(seed)
    truth = (generator.random((rows, labels)) < np.linspace(0.5, 0.2, labels)).astype(np.int64)
    scores = np.clip(0.3 * truth + 0.7 * generator.random((rows, labels)), 0, 1).round(2)
    return Answers("multilabel", truth, (scores > 0.5).astype(np.int64), scores)


@pytest.fixture(params=["binary", "multiclass", "multilabel", "regression"])
def answers(request: pytest.FixtureRequest) -> Answers:
    """Return answers of every task in turn."""
    known = {"binary": binary, "multiclass": multiclass, "multilabel": multilabel, "regression": regression}
    made = known[request.param]()
    assert isinstance(made, Answers)
    return made


def trial(
    folder: Path,
    run: str = "experiments/ill/aaaaaaaaaaaa",
    *,
    sign: float = 1.0,
    saw: Iterable[int] = (1000, 1001),
    **parts: object,
) -> Path:
    """Leave a trial of the linear model as training would: its test rows with what it answered, and the rows it saw."""
    folder.mkdir(parents=True, exist_ok=True)
    content = linear_model(sign)
    known = replace(signature(), files={"model.onnx": digest_of(content)}, **parts).sealed()  # type: ignore[arg-type]
    (folder / known.file).write_bytes(content)
    (folder / "signature.json").write_text(known.to_json())
    told = {"run": run, "metric": {"name": "roc_auc", "goal": "maximize"}, "slices": ["town"]}
    (folder / "params.json").write_text(json.dumps(told))
    columns = rows_of_ill()
    answer = load(folder).predict({name: columns[name] for name in ("age", "weight")})
    answered = {"prediction": answer.prediction, "predicted_probability": answer.probability}
    write_parquet({**columns, **answered}, folder / "reference.parquet")  # type: ignore[dict-item]
    seen_of(["id"], [{"id": np.array(list(saw))}]).write(folder)
    return folder


def rows_of_ill() -> Columns:
    """Return 300 rows whose truth the linear model finds mostly."""
    generator = np.random.default_rng(5)
    age, weight = generator.normal(size=300), generator.integers(-2, 3, 300)
    is_ill = age - 2 * weight + generator.normal(0, 1.5, 300) > 0
    return {
        "id": np.arange(300),
        "age": age,
        "weight": weight,
        "town": np.array(["north", "south"], object)[np.arange(300) % 2],
        "ill": np.where(is_ill, "yes", "no").astype(object),
    }


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """Return the folder of a trial that isn't live."""
    return trial(tmp_path / "candidate")


def backwards(folder: Path, saw: Iterable[int] = (1000, 1001)) -> Path:
    """Leave a trial whose model says the contrary of the linear one: it is always wrong where that is right."""
    return trial(folder, "experiments/ill/bbbbbbbbbbbb", sign=-1.0, saw=saw)
