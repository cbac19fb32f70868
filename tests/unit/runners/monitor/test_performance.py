"""Performance as figures over chunks; of two classes they are held to NannyML's."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor import performance
from runners.monitor.chunks import Series
from runners.monitor.performance import TARGET, Performance, estimate, metrics_for, realize
from runners.monitor.reference import PREDICTION, PROBABILITY, Reference

BINARY = Reference(pd.DataFrame({"predicted_probability": [0.5]}), (), "binary", ("0", "1"))
ESTIMATED = Series((0.9, 0.8), (0.7, 0.9), errors=(0.03, 0.04))
REALIZED = Series((0.9, 0.8), (0.5, None), errors=(0.02, 0.02))
WHOLE = Performance("roc_auc", ESTIMATED, REALIZED, ((100, 300), (50, 0)))


def test_the_window_is_the_mean_over_its_chunks() -> None:
    assert WHOLE.reference == pytest.approx(0.85)
    assert WHOLE.now(is_realized=False)[0] == pytest.approx((0.7 * 100 + 0.9 * 300) / 400)
    assert WHOLE.now(is_realized=False)[1] == pytest.approx(((0.03 * 100) ** 2 + (0.04 * 300) ** 2) ** 0.5 / 400)
    assert WHOLE.now(is_realized=True) == (0.5, 0.02)


def test_a_drop_is_a_difference_and_an_error_grows_by_a_share() -> None:
    assert WHOLE.drop(is_realized=True) == pytest.approx(0.35)
    growing = Performance("rmse", None, Series((2.0,), (3.0,)), ((10,), (10,)))
    assert growing.drop(is_realized=True) == pytest.approx(0.5)
    assert growing.drop(is_realized=False) is None
    assert growing.now(is_realized=True) == (3.0, None)


def test_the_error_of_a_drop_is_that_of_both_sides_in_its_unit() -> None:
    both = ((0.02 * 50) ** 2) ** 0.5 / 50
    assert WHOLE.error(is_realized=True) == pytest.approx(both)
    growing = Performance("rmse", None, Series((2.0,), (3.0,), errors=(0.4,)), ((10,), (10,)))
    assert growing.error(is_realized=True) == pytest.approx(0.4 / 2.0)
    assert growing.error(is_realized=False) is None
    nothing = Performance("rmse", None, Series((0.0,), (3.0,), errors=(0.4,)), ((10,), (10,)))
    assert nothing.error(is_realized=True) == pytest.approx(0.4)


def test_the_wanted_metric_comes_first() -> None:
    assert metrics_for(BINARY, "recall") == ("recall", "roc_auc", "accuracy", "f1")
    assert metrics_for(BINARY, "roc_auc") == ("roc_auc", "accuracy", "f1")


def test_a_metric_that_cannot_be_told_is_replaced() -> None:
    assert metrics_for(BINARY, "log_loss") == ("roc_auc", "accuracy", "f1")
    assert metrics_for(Reference(pd.DataFrame(), (), "binary"), "roc_auc") == ("accuracy", "f1", "precision")
    assert metrics_for(Reference(pd.DataFrame(), (), "regression"), "mae") == ("mae", "rmse")
    assert metrics_for(Reference(pd.DataFrame(), (), None), "roc_auc") == ()


def test_without_outcomes_in_the_reference_nothing_is_told() -> None:
    rows = pd.DataFrame({"prediction": [1.0]})
    assert estimate(BINARY, rows, rows, ["roc_auc"], 10) == {}
    assert realize(BINARY, rows, rows, ["roc_auc"], 10) == {}


@pytest.mark.slow
@pytest.mark.xdist_group("nannyml")
@pytest.mark.parametrize("power", [1.0, 2.5])
def test_what_is_told_of_two_classes_is_nannymls(power: float, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = Reference(_scored(10, power), (), "binary", ("0", "1"), "1", "id", TARGET)
    before, now = _scored(6000, power), _scored(3000, power, seed=1)
    metrics = ("roc_auc", "accuracy", "f1", "precision", "recall", "specificity")
    ours = [each(reference, before, now, metrics, 600) for each in (estimate, realize)]
    monkeypatch.setattr(performance, "_is_ours", lambda *_: False)
    theirs = [each(reference, before, now, metrics, 600) for each in (estimate, realize)]
    for told, expected in zip(ours, theirs, strict=True):
        for name in metrics:
            assert told[name].now == pytest.approx(expected[name].now, abs=0.004), name
            assert told[name].reference == pytest.approx(expected[name].reference, abs=1e-9), name
            too_small = 1.6 if name == "roc_auc" else 1.0
            assert told[name].errors == pytest.approx(expected[name].errors, rel=too_small - 1 + 1e-6), name
            limits = (expected[name].lower, expected[name].upper)
            assert (told[name].lower, told[name].upper) == pytest.approx(limits, abs=1e-9), name


def _scored(rows: int, power: float, seed: int = 0) -> pd.DataFrame:
    """Return answers that are calibrated where the power is 1, and aren't where it isn't."""
    random = np.random.default_rng(seed)
    chances = random.beta(2, 3, rows)
    told = {PROBABILITY: chances**power, PREDICTION: (chances > 0.4).astype(float)}
    return pd.DataFrame({**told, TARGET: (random.random(rows) < chances).astype(float)})
