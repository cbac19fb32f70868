"""What was compared says whether a difference is one."""

import pytest

from runners.evaluate.compared import Comparison, Side
from runners.evaluate.metrics import METRICS, Metric
from runners.evaluate.resampling import Interval
from tests.unit.runners.evaluate.conftest import binary

AREA = next(metric for metric in METRICS["binary"] if metric.name == "roc_auc")
LOSS = next(metric for metric in METRICS["binary"] if metric.name == "log_loss")
SIDE = Side("experiments/ill/aaaaaaaaaaaa", binary(), {"roc_auc": 0.8}, {})


@pytest.mark.parametrize(
    ("metric", "low", "high", "verdict"),
    [
        (AREA, 0.01, 0.03, "better"),
        (AREA, -0.03, -0.01, "worse"),
        (LOSS, 0.01, 0.03, "worse"),
        (LOSS, -0.03, -0.01, "better"),
        (AREA, -0.01, 0.02, "no clear difference"),
        (AREA, None, None, "no clear difference"),
    ],
)
def test_a_difference_is_one_where_its_interval_has_no_zero(
    metric: Metric, low: float | None, high: float | None, verdict: str
) -> None:
    comparison = Comparison(400, AREA, (AREA,), SIDE, SIDE, {}, {})
    assert comparison.verdict(metric, Interval(0.02, low, high)) == verdict


def test_without_a_live_model_nothing_is_better() -> None:
    comparison = Comparison(400, AREA, (AREA,), SIDE, None, {}, {})
    assert comparison.verdict(AREA, Interval(0.8, 0.7, 0.9)) == "no clear difference"
    assert SIDE.as_dict()["metrics"] == {"roc_auc": 0.8}
