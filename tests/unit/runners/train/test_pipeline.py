"""The way of a trial: whatever is fitted goes the same way, and is refused for the same reasons."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from runners.contract import Result
from runners.train.estimators import Family
from runners.train.examples import Parts
from runners.train.fitted import Fitted
from runners.train.pipeline import train
from runners.train.reading import read_table
from runners.train.trial import Trial
from tests.unit.runners.train.conftest import Asking


def trained(asking: Asking, cancer: Path, **changed: object) -> Result:
    def fit(trial: Trial, parts: Parts) -> Fitted:
        return replace(Family("tree")(trial, parts), **changed)  # type: ignore[arg-type]

    return train(asking.request(cancer), asking.folder, read_table, fit)


def test_a_good_trial_is_accepted(asking: Asking, cancer: Path) -> None:
    result = trained(asking, cancer, notes=("all went well",))
    assert result.accepted
    assert result.facts["notes"] == ["all went well"]
    assert len(result.content) == 64


def test_a_metric_that_is_no_number_is_refused_and_left_out(asking: Asking, cancer: Path) -> None:
    result = trained(asking, cancer, reported={"profit": float("nan")})
    assert not result.accepted
    assert [violation.where for violation in result.violations] == ["profit"]
    assert "profit" not in result.metrics
    assert "**Not accepted:**" in (asking.folder / "model-card.md").read_text()


def test_an_export_that_differs_is_refused(asking: Asking, cancer: Path) -> None:
    result = trained(asking, cancer, expected=np.zeros((142, 2)))
    assert not result.accepted
    assert result.violations[0].where == "model.onnx"
    assert result.metrics["roc_auc"] > 0.8
