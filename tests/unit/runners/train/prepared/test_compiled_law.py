"""What a model learns from is what its graph answers: 10,000 random rows through training and through serving."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import Request
from runners.evaluate.tables import Columns
from runners.models import Model, load
from runners.train.examples import Examples
from runners.train.families import choose_family
from runners.train.onnx_export import OPSETS
from runners.train.prepared import Prepared, prepare
from runners.train.prepared.compiled import tensors_of
from runners.train.reading import read_table
from runners.train.split import split
from runners.train.tabular import run
from runners.train.trial import Trial, trial_of
from tests.unit.runners.train import data
from tests.unit.runners.train.prepared import strange

ROWS = 10_000
STEPS: dict[str, Any] = {
    "amount": [{"impute": {"by": "mean", "indicator": True}}, {"clip": {"lower": 0.01, "upper": 0.99}}],
    "skewed": [{"log": True}, {"impute": {"by": "constant", "value": -1}}, {"scale": "robust"}],
    "exact": [{"clip": {"minimum": 1.7e9}}],
    "count": [{"encode": {"by": "one_hot", "most": 20}}],
    "code": [{"encode": {"by": "ordinal"}}],
    "is_new": [{"encode": {"by": "hashing", "buckets": 64}}],
    "town": [{"encode": {"by": "target"}}],
    "street": [{"encode": {"by": "hashing"}}],
    "note": [{"text": {"longest": 2, "terms": 60}}],
    "letter": [{"text": {"by": "hashing", "terms": 32}}],
    "opened": [{"datetime": {"parts": ["year", "month", "day", "weekday", "hour", "minute", "elapsed"]}}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of 800 rows with a target that hangs on many columns."""
    rows = strange.columns(800, 1, unseen=False)
    rows["target"] = (rows["is_new"] ^ (rows["id"] % 20 == 0)).astype(np.int64)
    return data.leave_table(tmp_path_factory.mktemp("strange"), rows, "id")


def trial(folder: Path, out: Path, family: str) -> Trial:
    params = {"target": "target", "metric": {"name": "roc_auc"}, "preparations": STEPS, "params": {"model": family}}
    inputs = {"dataset": f"file://{folder}"}
    request = Request(run="experiments/x/0123456789ab", runner="tabular", params=params, inputs=inputs,
                      output=f"file://{out}", seed=1, provenance={})  # fmt: skip
    return trial_of(request, out)


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Prepared, Any]:
    """Return the model as a server loads it, and the same preparations and estimator as training had them."""
    out = tmp_path_factory.mktemp("logistic")
    asked = trial(folder, out, "logistic")
    assert run(asked.request, out).accepted
    parts = split(read_table(asked), asked.told.split, asked.seed)
    made = prepare(asked, parts, "one-hot", OPSETS)
    chosen = choose_family({"model": "logistic"}, "gbm", "binary", asked.seed, 1)
    train = made.parts.train
    return load(out), made, chosen.estimator.fit(train.columns["prepared"], train.codes)


def of_training(served: tuple[Model, Prepared, Any], rows: Columns) -> Any:
    """Return the matrix that training would have of rows of a dataset."""
    model, made, _ = served
    examples = Examples(rows, np.zeros(len(rows["id"]), np.int64), model.signature.inputs)
    return made.graph.values(made.output, tensors_of(examples, made.graph.tensors))


def test_ten_thousand_rows_are_served_as_they_would_train(served: tuple[Model, Prepared, Any]) -> None:
    model, _, estimator = served
    rows = strange.columns(ROWS, 2, unseen=True)
    matrix = of_training(served, rows)
    asked = json.loads(json.dumps(strange.as_asked(rows, 3)))
    answered = model.predict(asked).probability
    expected = estimator.predict_proba(matrix)[:, 1]
    assert answered is not None
    np.testing.assert_allclose(answered, expected, atol=1e-4)
    assert np.isfinite(matrix).all()


def test_a_row_has_the_same_features_alone_as_among_others(served: tuple[Model, Prepared, Any]) -> None:
    rows = strange.columns(90, 4, unseen=True)
    together = of_training(served, rows)
    place = 0
    for size in (1, 2, 3, 1, 17, 33, 64):
        part = {name: values[place : place + size] for name, values in rows.items()}
        np.testing.assert_array_equal(of_training(served, part), together[place : place + size])
        place += size


@pytest.mark.parametrize("family", ["gbm", "mlp"])
def test_every_kind_of_family_learns_from_what_is_prepared(folder: Path, tmp_path: Path, family: str) -> None:
    asked = trial(folder, tmp_path, family)
    result = run(asked.request, tmp_path)
    assert result.accepted, result.violations
    assert result.metrics["roc_auc"] > 0.8
    assert result.facts["signature"]["inputs"]["opened"] == "BYTES"


def test_strange_rows_have_every_type() -> None:
    kinds = {values.dtype.kind for values in strange.columns(10, 0, unseen=True).values()}
    assert kinds == set("ifbOM")
