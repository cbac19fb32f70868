"""Ranking: by the validation rows and by no others, with the interval of the metric that ranks."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.evaluate.metrics import measure
from runners.evaluate.predictions import answers_of
from runners.models import Model, load
from runners.train.ranking import Ranking, rank, unranked
from tests.unit.runners.evaluate.conftest import trial
from tests.unit.runners.train.conftest import Asking
from tests.unit.runners.train.test_importance import ill


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Return a model that is mostly right."""
    return load(trial(tmp_path / "trial"))


def ranked(asking: Asking, model: Model, reported: dict[str, float] | None = None, **told: Any) -> Ranking:
    known = asking.trial(Path("anywhere"), runner={"command": ["x"]}, **told)
    return rank(known, model, ill().take(np.arange(200)), reported)


def test_the_figures_are_those_of_the_rows_it_is_given(asking: Asking, model: Model) -> None:
    found = ranked(asking, model, slices=["town"])
    rows = ill().take(np.arange(200))
    asked = measure(answers_of("binary", rows.truth, model.predict(rows.inputs), rows.classes))
    assert found.rows == 200
    assert found.metrics == asked
    assert set(found.slices["town"]) == {"north", "south"}
    assert set(found.as_dict()) == {"rows", "metrics", "interval", "slices"}


def test_only_the_metric_that_ranks_has_an_interval(asking: Asking, model: Model) -> None:
    found = ranked(asking, model, metric={"name": "accuracy"})
    (interval,) = found.intervals.values()
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < found.metrics["accuracy"] == interval.value < interval.high


def test_what_the_code_reports_ranks_without_an_interval(asking: Asking, model: Model) -> None:
    found = ranked(asking, model, {"profit": 12.0, "roc_auc": 1.0}, metric={"name": "profit"})
    assert found.metrics["profit"] == 12.0
    assert found.metrics["roc_auc"] < 1.0
    assert found.intervals == {}


def test_a_trial_that_cannot_be_ranked_says_so(asking: Asking, model: Model) -> None:
    found = ranked(asking, model, {"profit": float("nan")}, metric={"name": "profit"})
    (violation,) = unranked(found, "profit")
    assert "200 validation rows" in violation.what
    assert "profit" not in found.as_dict()["metrics"]
    assert not unranked(found, "roc_auc")
    assert not unranked(found, "nothing")
