"""Chance: the limits hold what they say, and the probabilities are those of the textbooks."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from runners.monitor.chance import Rate, jensen_shannon, limit, of_drop, of_excess, of_order, of_ranks

EVEN = np.full(10, 0.1)


def test_the_distance_is_scipys() -> None:
    first, second = np.array([5, 0, 3, 2]), np.array([1, 4, 3, 0])
    assert jensen_shannon(first, second) == pytest.approx(jensenshannon(first, second, base=2))
    assert jensen_shannon(np.array([3, 0]), np.array([0, 9])) == 1.0
    assert jensen_shannon(np.array([[3, 0], [1, 1]]), np.array([2, 2])).shape == (2,)


def test_a_limit_is_exceeded_by_chance_as_often_as_asked() -> None:
    random, each, hits = np.random.default_rng(3), 0.2, 0
    for seed in range(150):
        held_out, now = random.multinomial(300, EVEN), random.multinomial(200, EVEN)
        hits += float(jensen_shannon(held_out, now)) > limit(held_out, now, each, seed)
    assert 0.1 < hits / 150 < 0.3


def test_a_limit_falls_with_the_rows_and_rises_with_the_rarity() -> None:
    few, many = ((np.full(10, rows), np.full(10, rows)) for rows in (10, 1000))
    assert limit(*few, 0.01, 0) > limit(*many, 0.01, 0)
    assert limit(*few, 0.0001, 0) > limit(*few, 0.01, 0)
    assert limit(*many, 0.01, 0, rows=100) > limit(*many, 0.01, 0)
    assert limit(*few, 0.01, 0) == limit(*few, 0.01, 0)


def test_without_rows_or_without_a_choice_there_is_nothing_to_exceed() -> None:
    assert limit(np.array([0, 0]), np.array([3, 4]), 0.01, 0) == 1.0
    assert limit(np.array([9, 0]), np.array([3, 0]), 0.01, 0) == 0.0


def test_shares_are_compared_by_fishers_exact_test() -> None:
    expected = stats.fisher_exact([[30, 70], [10, 190]], alternative="greater").pvalue
    assert of_excess((30, 100), (10, 200)) == pytest.approx(expected)
    assert of_excess((0, 100), (0, 200)) == 1.0
    assert of_excess((5, 5), (0, 0)) == 1.0


def test_ranks_among_the_held_out_rows_are_beta_binomial() -> None:
    random, hits = np.random.default_rng(4), 0
    for _ in range(400):
        held_out, now = random.normal(size=300), random.normal(size=200)
        beyond = int((now > np.sort(held_out)[-4]).sum())
        hits += of_order(beyond, 200, 3, 300) < 0.1
    assert hits / 400 < 0.14
    assert of_order(200, 200, 3, 300) < 1e-9


def test_a_roc_auc_and_a_drop_by_their_standard_errors() -> None:
    assert of_ranks(0.5, 50, 50) == 0.5
    assert of_ranks(0.9, 50, 50) < 1e-9
    few, many = [0.2, 0.9, 1.1], [0.1, 0.4, 0.6, 0.8]
    told = stats.mannwhitneyu(few, many, alternative="greater", method="asymptotic", use_continuity=False)
    assert of_ranks(told.statistic / 12, 3, 4) == pytest.approx(told.pvalue)
    assert of_drop(0.2, 0.1) == pytest.approx(stats.norm.sf(2))
    assert (of_drop(0.2, 0.0), of_drop(0.0, 0.0)) == (0.0, 1.0)


def test_a_rate_is_shared_by_all_figures() -> None:
    assert Rate(0.01, 20).each == 0.0005
    assert Rate(0.01, 0).each == 0.01
