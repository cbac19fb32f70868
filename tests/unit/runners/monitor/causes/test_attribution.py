"""Shapley's value of putting columns back, and how often an idle column is taken for a cause."""

import numpy as np
import pytest

from runners.monitor.causes.attribution import Player, attributed, shapley, single
from runners.monitor.losses import Ratio

RATE = 0.05


def player(name: str, now: "np.ndarray", before: "np.ndarray", size: int) -> Player:  # type: ignore[type-arg]
    """Return a player of one column."""
    return Player((name,), (now.astype(np.uint8),), (before.astype(np.uint8),), (size,))


def test_values_are_the_mean_over_all_orders_and_add_up() -> None:
    worth = {(): 0.0, (0,): 1.0, (1,): 2.0, (2,): 0.0, (0, 1): 5.0, (0, 2): 1.0, (1, 2): 2.0, (0, 1, 2): 5.0}
    values = shapley({frozenset(chosen): value for chosen, value in worth.items()}, 3)
    assert values == pytest.approx([2.0, 3.0, 0.0])


def test_of_one_column_the_gain_is_that_of_the_shares_of_its_parts() -> None:
    now, before = np.repeat([0, 1], [300, 100]), np.repeat([0, 1], [50, 50])
    right = np.where(now == 0, 0.6, 0.9)
    expected = Ratio(right, np.ones(400))
    one = player("a", now, before, 2)
    assert single(one, expected, 1.0) == pytest.approx(0.75 - 0.675)
    told = attributed([one], expected, 1.0, RATE)[0]
    assert told
    assert told.gain == pytest.approx(0.075)
    assert told.low <= told.gain <= told.high
    assert attributed([one], expected, -1.0, RATE)[0].gain == pytest.approx(-0.075)  # type: ignore[union-attr]


def test_columns_that_go_with_each_other_share_what_both_cost() -> None:
    now, before = np.repeat([0, 1], [800, 200]), np.repeat([0, 1], [500, 500])
    expected = Ratio(np.where(now == 0, 0.5, 1.0), np.ones(1000))
    first, second = (player(name, now, before, 2) for name in "ab")
    told = attributed([first, second], expected, 1.0, RATE)
    assert [one.gain for one in told if one] == pytest.approx([0.075, 0.075])


def test_an_idle_column_that_moved_is_hardly_ever_a_cause() -> None:
    random, wrong, runs = np.random.default_rng(0), 0, 200
    for _ in range(runs):
        rows = int(random.integers(200, 2000))
        now, before = random.choice(4, rows, p=[0.1, 0.2, 0.3, 0.4]), random.choice(4, 1500)
        other, usual = random.choice(3, rows, p=[0.2, 0.3, 0.5]), random.choice(3, 1500, p=[0.4, 0.3, 0.3])
        expected = Ratio(random.beta(4, 1, rows), np.ones(rows))
        told = attributed([player("a", now, before, 4), player("b", other, usual, 3)], expected, 1.0, RATE)
        wrong += any(one is not None and one.is_beyond_noise for one in told)
    assert wrong / runs <= RATE / 2 + 3 * (RATE / 2 / runs) ** 0.5  # one side of the intervals


def test_an_interval_holds_what_is_so() -> None:
    random, held, runs = np.random.default_rng(1), 0, 200
    for _ in range(runs):
        now, before = random.choice(2, 500, p=[0.7, 0.3]), random.choice(2, 800)
        expected = Ratio(np.clip(np.where(now == 0, 0.6, 0.9) + random.normal(0, 0.1, 500), 0, 1), np.ones(500))
        told = attributed([player("a", now, before, 2)], expected, 1.0, RATE)[0]
        held += told is not None and told.low <= 0.2 * 0.3 <= told.high
    assert held / runs >= 1 - RATE - 3 * (RATE / runs) ** 0.5


def test_what_has_no_usual_rows_left_isn_t_told() -> None:
    one = player("a", np.ones(100), np.zeros(100), 2)
    assert attributed([one], Ratio(np.ones(100), np.ones(100)), 1.0, RATE) == [None]
    assert attributed([], Ratio(np.ones(1), np.ones(1)), 1.0, RATE) == []
