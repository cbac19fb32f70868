"""Harm is found before outcomes are known, where scores tell who errs; without a shift alarms are as few as stated."""

import numpy as np
import pytest

from runners.sequential import RiskState, by_rate
from runners.sequential.bounded import Floats
from runners.sequential.unlabelled import cut_of, suspected
from tests.shares import Hand
from tests.unit.runners.sequential.streams import quiet


def scored(hard: float, rows: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Return scores and losses where a share of the rows is hard, and the score knows it more or less."""
    chance = np.where(random.random(rows) < hard, 0.8, 0.1)
    scores = np.clip(chance + random.normal(0, 0.1, rows), 0, 1)
    return scores, (random.random(rows) < chance).astype(np.float64)


@pytest.mark.slow
def test_streams_without_shift_alarm_no_more_often_than_stated(share: Hand) -> None:
    def alarms(random: np.random.Generator) -> bool:
        cut = cut_of(*scored(0.2, 400, random), 0.4, 0.05)
        assert cut is not None
        return suspected(RiskState(), scored(0.2, 400, random)[0], cut, by_rate(0.05)).evidence.crossed is not None

    quiet("suspects", share, alarms, 0.1)


def test_more_hard_rows_are_found_without_a_label() -> None:
    random = np.random.default_rng(4)
    cut = cut_of(*scored(0.2, 2000, random), 0.6, 0.025)
    assert cut is not None
    assert cut.precision >= 0.6
    assert cut.recall > 0.5
    assert suspected(RiskState(), scored(0.5, 400, random)[0], cut, by_rate(0.025)).evidence.crossed is not None


def test_no_cut_is_told_where_scores_know_nothing() -> None:
    random = np.random.default_rng(4)
    assert cut_of(random.random(500), (random.random(500) < 0.1).astype(float), 0.6, 0.05) is None
    assert cut_of([], [], 0.5, 0.05) is None


def test_equal_scores_are_on_one_side() -> None:
    cut = cut_of([0.5] * 100 + [0.1] * 100, [1.0] * 60 + [0.0] * 140, 0.5, 0.05)
    assert cut is not None
    assert (cut.score, cut.precision, cut.recall) == (0.5, 0.6, 1.0)


def test_scores_and_losses_are_of_the_same_rows() -> None:
    with pytest.raises(ValueError, match="2 scores and 1 losses"):
        cut_of([0.1, 0.2], [1.0], 0.5, 0.05)
