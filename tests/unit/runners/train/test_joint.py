"""Several labels at once: from merged sets to a model that answers a list of labels."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from runners.contract import InputError
from runners.contract.label_sets import labels_in
from runners.label.labelling import settle
from runners.label.matching import Matched
from runners.label.parameters import Parameters
from runners.label.sets import text_of
from runners.models import load
from runners.serve.columns import of_instances
from runners.serve.responses import as_outputs, as_predictions
from runners.train.command import run as run_own
from runners.train.families import FAMILIES
from runners.train.joint import strata_of, thresholds_of
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.tabular import run
from tests.unit.runners.label.conftest import said
from tests.unit.runners.train import data
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.explained import adds_up

ROWS, NAMES = 300, ("late", "näch", "wet")
TOLD = {"target": "labels", "task": "multilabel", "metric": {"name": "f1_micro"}}
CHEAP: dict[str, dict[str, Any]] = {
    "gbm": {"n_estimators": 20},
    "forest": {"n_estimators": 10},
    "mlp": {"max_iter": 60},
}


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a dataset of points, and what three people said of them: labels by place, the rarest of every eighth."""
    chance, folder = np.random.default_rng(2), tmp_path_factory.mktemp("several")
    points = chance.uniform(-1, 1, (ROWS, 3))
    has = np.column_stack([points[:, 0] > 0.7, points[:, 1] + points[:, 0] > 0, points[:, 2] > -0.2])
    errs = chance.random((3, *has.shape)) < 0.04
    given = {
        n: {who: text_of(np.array(NAMES)[has[n] ^ errs[place, n]].tolist()) for place, who in enumerate("abc")}
        for n in range(ROWS)
    }
    dataset, labels = folder / "data", folder / "labels"
    for one in (dataset, labels):
        one.mkdir()
    towns = np.array(["here", "there"], object)[chance.integers(0, 2, ROWS)]
    data.leave_table(dataset, {**dict(zip("xyz", points.T, strict=True)), "town": towns, "id": np.arange(ROWS)}, "id")
    params = Parameters.model_validate({"exports": {"url": "x"}, "answer": "labels"})
    settle(params, Matched(said(given)), ROWS, labels)
    return dataset, labels


@pytest.mark.parametrize("model", sorted(name for name, one in FAMILIES.items() if "multilabel" in one.estimators))
@pytest.mark.parametrize("soft", [False, True])
def test_every_family_learns_several_labels_at_once(
    asking: Asking, several: tuple[Path, Path], model: str, soft: bool
) -> None:
    inputs = {"labels": str(several[1])}
    request = asking.request(several[0], {"model": model, **CHEAP.get(model, {})}, inputs=inputs, soft=soft, **TOLD)
    result = run(request, asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["f1_micro"] > 0.8
    assert result.facts["signature"]["classes"] == list(NAMES)
    assert set(result.metrics) == {"f1_micro", "f1_macro", "subset_accuracy", "hamming_loss", "roc_auc"}


def test_what_is_left_tells_each_label_and_is_served_as_lists(asking: Asking, several: tuple[Path, Path]) -> None:
    request = asking.request(
        several[0],
        {"model": "logistic"},
        inputs={"labels": str(several[1])},
        slices=["town"],
        weigh="confidence",
        **TOLD,
    )
    result = run(request, asking.folder)
    assert result.accepted, result.violations
    labels = result.facts["labels"]
    assert list(labels) == list(NAMES)
    for told in labels.values():
        low, high = told["interval"]
        assert low <= told["f1"] <= high
    assert set(result.facts["slices"]["town"]) == {"here", "there"}
    card = (asking.folder / "model-card.md").read_text()
    assert "## By label" in card
    assert "| näch |" in card
    assert json.loads((asking.folder / "metrics.json").read_text())["labels"] == labels
    assert {path.name for path in (asking.folder / "curves").iterdir()} >= {"roc.png", "calibration.png"}
    model = load(asking.folder)
    rows = {"x": [0.9, -0.9], "y": [0.5, -0.5], "z": [0.5, -0.9], "town": ["here", "there"]}
    columns = of_instances(
        {"instances": [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)]}, model.signature
    )
    answer = as_predictions(model.predict(columns), model.signature)
    assert answer["predictions"] == [["late", "näch", "wet"], []]
    assert set(answer["probabilities"][0]) == set(NAMES)
    prediction, probabilities = as_outputs(model.predict(columns), model.signature)
    assert [labels_in(text) for text in prediction.data] == answer["predictions"]
    assert (prediction.datatype, probabilities.shape) == ("BYTES", [2, 3])
    recorded = json.loads((asking.folder / "examples.json").read_text())
    assert len({one["response"]["outputs"][0]["data"][0] for one in recorded}) > 3
    assert adds_up(asking.folder)


def test_it_is_compared_with_the_model_before_it_and_watched(asking: Asking, several: tuple[Path, Path]) -> None:
    from runners.evaluate.candidates import read_candidate
    from runners.monitor.reference import read_reference

    run(asking.request(several[0], {"model": "tree"}, inputs={"labels": str(several[1])}, **TOLD), asking.folder)
    candidate = read_candidate(asking.folder)
    assert candidate.answers.truth.shape == candidate.answers.prediction.shape == (len(candidate.truth), 3)
    reference = read_reference(asking.folder.as_uri())
    assert reference.task == "multilabel"
    assert reference.probabilities == ()


def test_a_network_learns_several_labels_at_once(asking: Asking, album: Path, tmp_path: Path, torch: Any) -> None:
    from runners.train.torch_images import run as run_network

    table = parquet.read_table(album / "manifest.parquet")
    digits = [int(one) for one in table["label"].to_pylist()]
    sets = [[name for name, is_so in (("even", not d % 2), ("round", d in (0, 6, 8, 9))) if is_so] for d in digits]
    columns = {"id": table["id"].to_pylist(), "labels": pa.array(sets, pa.list_(pa.string()))}
    parquet.write_table(pa.table({**columns, "confidence": np.ones(len(sets))}), tmp_path / "labels.parquet")
    params = {"epochs": 15, "size": 8, "channels": [16]}
    result = run_network(asking.request(album, params, inputs={"labels": str(tmp_path)}, **TOLD), asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["f1_micro"] > 0.8


def test_own_code_answers_each_labels_probability(asking: Asking, several: tuple[Path, Path]) -> None:
    code = """
import json, os, numpy as np, pandas as pd
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
rows = pd.read_parquet(os.environ["SETPOINT_TRAIN"])
sets = [set(json.loads(text)) for text in rows["labels"]]
names = sorted(set().union(*sets))
has = np.array([[name in labels for name in names] for labels in sets]).astype(int)
X = rows[["x", "y", "z"]].to_numpy("float32")
model = OneVsRestClassifier(LogisticRegression()).fit(X, has)
onnx = to_onnx(model, X[:1], options={"zipmap": False})
open(os.environ["SETPOINT_OUTPUT"] + "/model.onnx", "wb").write(onnx.SerializeToString())
"""
    told = {**TOLD, "runner": {"command": ["python", "-c", code]}, "features": ["x", "y", "z"]}
    result = run_own(asking.request(several[0], inputs={"labels": str(several[1])}, **told), asking.folder)
    assert result.accepted, result.violations
    assert result.metrics["f1_micro"] > 0.8


def test_a_rare_label_is_on_every_side(asking: Asking, several: tuple[Path, Path]) -> None:
    trial = asking.trial(several[0], inputs={"labels": str(several[1])}, **TOLD)
    parts = split(read_table(trial), trial.told.split, trial.seed)
    shares = [part.codes.mean(axis=0) for part in (parts.train, parts.validation, parts.test)]
    assert np.abs(np.array(shares) - shares[0]).max(axis=0)[0] < 0.03
    assert strata_of(np.array([[1, 1], [0, 1], [0, 0]])).tolist() == [0, 1, 2]


def test_a_label_that_hardly_any_row_has_or_lacks_is_told(
    asking: Asking, several: tuple[Path, Path], tmp_path: Path
) -> None:
    def refused(sets: list[list[str]]) -> str:
        columns = {"id": np.arange(ROWS), "labels": pa.array(sets, pa.list_(pa.string()))}
        parquet.write_table(pa.table({**columns, "confidence": np.ones(ROWS)}), tmp_path / "labels.parquet")
        with pytest.raises(InputError) as caught:
            read_table(asking.trial(several[0], inputs={"labels": str(tmp_path)}, **TOLD))
        return caught.value.what

    assert refused([["a", "b"] if n == 1 else ["a"] if n % 2 else [] for n in range(ROWS)]) == "1 of 300 rows has `b`"
    assert refused([["a"]] * ROWS) == "0 of 300 rows lacks `a`"
    assert refused([[]] * ROWS) == "every set of labels is empty"
    assert "at most 200" in refused([[f"{n % 250}"] for n in range(ROWS)])


def test_without_sets_there_is_nothing_to_join(asking: Asking, cancer: Path) -> None:
    told = {**TOLD, "target": "target"}
    with pytest.raises(InputError, match="holds no sets of labels"):
        read_table(asking.trial(cancer, **told))


def test_a_threshold_is_where_f1_is_best_and_the_usual_one_of_few_rows() -> None:
    chance = np.random.default_rng(0)
    has = np.column_stack([np.arange(100) < 30, np.arange(100) < 5])
    scores = np.column_stack([np.where(has[:, 0], 0.3, 0.1), chance.random(100)])
    first, second = thresholds_of(has, scores)
    assert first == pytest.approx(0.2)
    assert second == 0.5
    assert thresholds_of(has[:, :1], np.where(has[:, :1], 0.9, 0.1)) == (0.5,)


def test_a_signature_has_a_threshold_for_each_label_or_none(asking: Asking, several: tuple[Path, Path]) -> None:
    from runners.models import ModelRefused, Signature

    run(asking.request(several[0], {"model": "tree"}, inputs={"labels": str(several[1])}, **TOLD), asking.folder)
    signature = load(asking.folder).signature
    assert len(signature.thresholds) == 3
    assert Signature.from_json(signature.to_json()).thresholds == signature.thresholds
    with pytest.raises(ModelRefused, match="a threshold for each label"):
        Signature.from_json(replace(signature, thresholds=(0.5,)).sealed().to_json())
