"""The tabular runner, whole: every task, what it leaves, and that it leaves the same again."""

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings

from runners.contract import Result
from runners.evaluate.tables import read_parquet
from runners.models import load
from runners.train.tabular import run
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.mixes import error_of, mixed, problems

LEFT = {
    "model.onnx", "signature.json", "params.json", "metrics.json", "slices.json", "reference.parquet",
    "examples.json", "background.json", "environment.json", "provenance.json", "model-card.md", "curves/roc.png",
    "curves/precision_recall.png", "curves/calibration.png", "curves/confusion.png", "curves/importance.png",
    "seen.parquet",
}  # fmt: skip


def left(folder: Path) -> set[str]:
    """List the files of a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def trained(cancer: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """Return a trial of boosted trees on rows of every kind, and its folder."""
    folder = tmp_path_factory.mktemp("trained")
    params = {"model": "gbm", "n_estimators": 20}
    return run(Asking(folder).request(cancer, params, slices=["ward", "cells"]), folder), folder


def test_it_leaves_the_model_with_its_evidence(trained: tuple[Result, Path]) -> None:
    result, folder = trained
    assert left(folder) - {"curves/learning.png"} == LEFT
    assert result.accepted
    assert result.metrics["roc_auc"] > 0.9
    assert result.facts["rows"] == {"train": 341, "validation": 86, "test": 142}
    assert result.facts["model"] == {
        "file": "model.onnx",
        "format": "onnx",
        "digest": load(folder).signature.digest,
        "bytes": (folder / "model.onnx").stat().st_size,
    }
    assert set(result.facts["slices"]["ward"]) == {"north", "south", "west"}
    assert len(result.facts["importance"]) == 10
    assert result.facts["params"] == {"model": "gbm", "n_estimators": 20}


def test_its_facts_are_small_json(trained: tuple[Result, Path]) -> None:
    assert len(json.dumps(trained[0].facts, allow_nan=False)) < 16_000


def test_the_model_answers_the_reference_again(trained: tuple[Result, Path]) -> None:
    folder = trained[1]
    model, rows = load(folder), read_parquet(folder / "reference.parquet")
    answer = model.predict({name: rows[name] for name in model.signature.columns})
    assert answer.prediction.tolist() == rows["prediction"].tolist()
    np.testing.assert_allclose(answer.probability, rows["predicted_probability"], atol=1e-6)
    assert set(rows) >= {"id", "target", "prediction", "predicted_probability", *model.signature.columns}


def test_the_signature_tells_every_column_by_its_type(trained: tuple[Result, Path]) -> None:
    signature = load(trained[1]).signature
    told = {column.name: column.datatype for column in signature.inputs}
    assert told["mean_radius"] == "FP32"
    assert (told["cells"], told["is_rough"], told["ward"]) == ("INT64", "BOOL", "BYTES")
    assert (signature.identifier, signature.classes, signature.positive) == ("id", (0, 1), 1)
    assert "id" not in told


def test_a_server_may_send_gaps_and_strangers(trained: tuple[Result, Path]) -> None:
    model, rows = load(trained[1]), read_parquet(trained[1] / "reference.parquet")
    columns: dict[str, Any] = {name: rows[name][:1].tolist() for name in model.signature.columns}
    columns |= {"mean_radius": [None], "ward": ["nowhere"], "size": [None], "id": ["any"]}
    assert model.predict(columns).prediction.shape == (1,)


def test_several_classes_of_text_and_columns_of_odd_names(iris: Path, asking: Asking) -> None:
    metric = {"name": "accuracy"}
    result = run(asking.request(iris, {"model": "logistic"}, task="multiclass", metric=metric), asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["accuracy"] > 0.85
    rows = read_parquet(asking.folder / "reference.parquet")
    assert {"probability_setosa", "probability_versicolor", "probability_virginica"} <= set(rows)
    answer = load(asking.folder).predict({n: rows[n] for n in ("sepal length", "sepal_length", "label", "größe")})
    assert answer.prediction.tolist() == rows["prediction"].tolist()


def test_a_number_is_predicted(diabetes: Path, asking: Asking) -> None:
    metric = {"name": "rmse", "goal": "minimize"}
    result = run(asking.request(diabetes, {"model": "linear"}, task="regression", metric=metric), asking.folder)
    assert result.accepted, result.violations
    assert set(result.metrics) == {"rmse", "mae", "r2"}
    assert {"curves/predicted.png", "curves/residuals.png"} <= left(asking.folder)
    assert load(asking.folder).signature.outputs[0].datatype == "FP64"


@pytest.mark.slow
def test_the_same_request_gives_the_same_model_and_metrics(cancer: Path, tmp_path: Path) -> None:
    def once(name: str) -> Result:
        (tmp_path / name).mkdir()
        return run(Asking(tmp_path / name).request(cancer, {"model": "gbm", "n_estimators": 10}), tmp_path / name)

    first, second = once("a"), once("b")
    assert first.metrics == second.metrics
    assert first.facts["model"]["digest"] == second.facts["model"]["digest"]
    assert first.content == second.content
    for file in ("reference.parquet", "examples.json", "signature.json", "metrics.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_what_the_library_warned_of_is_noted(cancer: Path, asking: Asking) -> None:
    result = run(asking.request(cancer, {"model": "logistic", "max_iter": 2}), asking.folder)
    assert any("converge" in note for note in result.facts["notes"])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(problems())
@example((["integer", "number"], "number", "gbm", 0))
@example((["truth", "number", "category"], "text", "mlp", 0))
@example((["seconds"], "value", "linear", 0))
@example((["sentinel", "infinite", "nothing", "no text"], "classes", "steps", 0))
def test_any_mix_of_columns_trains_and_is_served_as_it_was_trained(problem: tuple[list[str], str, str, int]) -> None:
    kinds, target, family, seed = problem
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert error_of(mixed(kinds, target, seed), target, family, Path(folder)) < 1e-3
