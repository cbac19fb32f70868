"""What a metric can be."""

from math import inf

import pytest

from reconciler.model.metric_bounds import BOUNDS, out_of_bounds
from runners.evaluate.metrics import METRICS


def test_every_metric_that_a_runner_measures_has_its_bounds() -> None:
    measured = {metric.name: metric.goal for metrics in METRICS.values() for metric in metrics}
    assert measured.keys() <= BOUNDS.keys()
    for name, goal in measured.items():
        assert BOUNDS[name][1 if goal == "maximize" else 0] not in (inf, -inf)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("roc_auc", 1e308, "the metric `roc_auc` is 1e+308, and it can only be from 0 to 1"),
        ("accuracy", 93.2, "the metric `accuracy` is 93.2, and it can only be from 0 to 1"),
        ("rmse", -1, "the metric `rmse` is -1, and it can only be at least 0"),
        ("r2", 1.5, "the metric `r2` is 1.5, and it can only be at most 1"),
        ("roc_auc", 1 + 1e-12, ""),
        ("r2", -40.0, ""),
        ("rmse", 1e9, ""),
        ("profit", -1e12, ""),
    ],
)
def test_what_a_metric_cannot_be_is_told(name: str, value: float, told: str) -> None:
    assert out_of_bounds(name, value) == told
