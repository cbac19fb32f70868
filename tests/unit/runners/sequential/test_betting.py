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


def test_a_bound_is_where_the_bets_row_by_row_refute_what_is_below() -> None:
    values, error = coins(0.3, 60, np.random.default_rng(4)), 0.05
    found = upper_bound(values, error)
    assert [wealth(values, error, found + off) >= np.log(1 / error) for off in (-0.001, 0.001)] == [False, True]


def wealth(values: np.ndarray, error: float, number: float) -> float:
    """Return the most that the bets against a mean of this or more have had, as a logarithm."""
    capital, most, spread, squares = 0.0, -np.inf, 0.25, 0.0
    for row, value in enumerate(values, 1):
        stake = min(0.9, np.sqrt(2 * np.log(1 / error) / (len(values) * spread)))
        capital += np.log(1 + stake * (number - value))
        most = max(most, capital)
        squares += (value - (0.5 + values[:row].sum()) / (row + 1)) ** 2
        spread = (0.25 + squares) / (row + 1)
    return float(most)
