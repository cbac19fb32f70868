"""Bets are fair where nothing has changed; the bound of a mean holds as often as stated."""

import numpy as np
import pytest

from runners.sequential.betting import SHARES, returns, upper_bound
from tests.shares import Hand
from tests.unit.runners.sequential.streams import coins, errors, quiet


@pytest.mark.parametrize("number", [0.01, 0.2, 0.9])
def test_a_bet_pays_1_on_average(number: float) -> None:
    pays = np.exp(returns(np.array([0.0, 1.0]), number))
    assert (pays > 0).all()
    assert (1 - number) * pays[0] + number * pays[1] == pytest.approx(np.ones(len(SHARES)))


def test_nothing_is_above_1_and_all_is_above_0() -> None:
    assert returns(np.ones(3), 1.0).tolist() == np.zeros((3, len(SHARES))).tolist()
    assert returns(np.array([0.5]), 0.0).min() > 10


@pytest.mark.slow
@pytest.mark.parametrize("risk", [0.02, 0.3])
def test_a_mean_is_above_its_bound_no_more_often_than_stated(risk: float, share: Hand) -> None:
    def misses(random: np.random.Generator) -> bool:
        return upper_bound(coins(risk, 300, random), 0.1) < risk

    quiet(f"a bound of {risk}", share, misses, 0.1)


def test_a_bound_is_close_and_closer_with_more_rows_and_less_spread() -> None:
    random = np.random.default_rng(0)
    assert upper_bound(coins(0.2, 1000, random), 0.05) < 0.25
    assert upper_bound(coins(0.2, 10_000, random), 0.05) < 0.215
    assert upper_bound(errors(0.2, 1000, random), 0.05) < 0.225
    assert upper_bound(np.zeros(500), 0.05) < 0.02
    assert upper_bound(np.zeros(0), 0.05) == 1.0
    assert upper_bound(np.ones(3), 1e-6) == pytest.approx(1.0), (
        "few rows and a small error ask for stakes that none has"
    )
