"""Scores become probabilities where that makes them better."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from runners.monitor.calibration import Curve, calibration, isotonic
from runners.monitor.scores import Answers


def answers(count: int, power: float, digits: int = 12) -> Answers:
    """Return rows whose scores are a power of how likely they are."""
    random = np.random.default_rng(3)
    chances = random.random(count)
    scores = (chances**power).round(digits)
    return Answers((random.random(count) < chances).astype(float), (scores > 0.5).astype(float), scores)


@pytest.mark.parametrize(("count", "digits"), [(900, 12), (5000, 2)])
def test_the_curve_is_scikit_learns(count: int, digits: int) -> None:
    rows = answers(count, 2.0, digits)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(rows.scores, rows.outcomes)
    asked = np.linspace(-0.1, 1.1, 200)
    assert isotonic(rows).of(asked) == pytest.approx(theirs.predict(asked))


def test_many_scores_are_grouped_and_the_curve_is_nearly_the_same() -> None:
    rows = answers(30_000, 2.0)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(rows.scores, rows.outcomes)
    asked = np.linspace(0, 1, 200)
    assert np.abs(isotonic(rows).of(asked) - theirs.predict(asked)).mean() < 0.005


def test_scores_that_are_off_are_calibrated_and_what_can_t_be_isn_t() -> None:
    curve = calibration(answers(20_000, 3.0))
    assert curve.of(np.array([0.125, 0.512])) == pytest.approx([0.5, 0.8], abs=0.05)
    sure = np.repeat([0.0, 1.0], 50)
    assert calibration(Answers(sure, sure, sure)) == Curve()
    assert calibration(Answers(np.ones(50), np.ones(50), np.linspace(0, 1, 50))) == Curve()
    assert Curve().of(sure) is sure
