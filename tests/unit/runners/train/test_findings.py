"""Findings: metrics, the user's own among them, and a violation for what is no number."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.evaluate import slices
from runners.evaluate.predictions import Answers
from runners.models import Model, load
from runners.train.findings import Findings, evaluate, main_metric, violations_of
from tests.unit.runners.evaluate.conftest import binary, trial
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_importance import ill


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Return a model that is mostly right."""
    return load(trial(tmp_path / "trial"))


def found(asking: Asking, model: Model, reported: dict[str, float] | None = None, **told: Any) -> Findings:
    known = asking.trial(Path("anywhere"), runner={"command": ["x"]}, **told)
    return evaluate(known, model, ill(), model.predict(ill().inputs), reported)


def test_a_model_is_measured_overall_and_by_slice(asking: Asking, model: Model) -> None:
    findings = found(asking, model, slices=["town"])
    assert findings.metrics["roc_auc"] > 0.8
    assert set(findings.intervals) == {"roc_auc"}
    assert set(findings.slices["town"]) == {"north", "south"}
    assert set(findings.importance) == {"age", "weight"}


def test_values_that_are_no_slices_are_told(asking: Asking, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(asking, model, slices=["town"]).cut == ()
    monkeypatch.setattr(slices, "MOST", 1)
    assert found(asking, model, slices=["town"]).cut == ("town: 1 of 2 values, the most frequent",)


def test_what_the_code_reports_stands_beside_what_is_measured(asking: Asking, model: Model) -> None:
    findings = found(asking, model, {"profit": 12.0, "roc_auc": 1.0}, metric={"name": "profit"})
    assert findings.metrics["profit"] == 12.0
    assert findings.metrics["roc_auc"] < 1.0
    assert findings.reported == {"profit": 12.0, "roc_auc": 1.0}


def test_a_metric_that_nobody_tells_is_told(asking: Asking, model: Model) -> None:
    with pytest.raises(InputError, match="neither the task binary nor the code reports profits") as failure:
        found(asking, model, {"profit": 12.0}, metric={"name": "profits"})
    assert "did you mean profit?" in failure.value.fix


def test_what_is_no_number_is_a_violation(asking: Asking, model: Model) -> None:
    findings = found(asking, model, {"profit": float("nan"), "cost": float("inf")})
    assert [violation.where for violation in violations_of(findings)] == ["profit", "cost"]
    assert "profit" not in findings.finite


def test_the_usual_metric_stands_in_where_the_asked_one_cannot_be_had() -> None:
    labels_only = Answers("binary", np.array([0, 1]), np.array([0, 1]))
    assert main_metric(labels_only, "roc_auc").name == "accuracy"
    assert main_metric(binary(), "f1").name == "f1"
