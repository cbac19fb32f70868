"""E-values of binned columns are 1 on average without drift, and of those that fall few are wrong."""

from itertools import product
from math import comb, exp

import numpy as np
import pytest

from runners.sequential.columns import drifted, evidence, urn
from tests.shares import Hand
from tests.unit.runners.rates import deviations

PARTS = [0.4, 0.3, 0.2, 0.1]


def test_the_mean_over_all_draws_is_1_exactly() -> None:
    """Every way to draw 3 of 8 rows in three bins, with its probability."""
    pool, drawn = (3, 4, 1), 3
    mean = 0.0
    for now in product(*(range(count + 1) for count in pool)):
        if sum(now) == drawn:
            chance = np.prod([comb(count, hits) for count, hits in zip(pool, now, strict=True)]) / comb(
                sum(pool), drawn
            )
            rest = [count - hits for count, hits in zip(pool, now, strict=True)]
            mean += chance * exp(evidence(rest, now))
    assert mean == pytest.approx(1.0)


@pytest.mark.slow
def test_of_columns_that_fall_few_have_not_drifted(share: Hand) -> None:
    seeds = share.take("families of columns", range(400))
    wrong = []
    for seed in seeds:
        random = np.random.default_rng((2, seed))
        one, now = random.multinomial(1000, PARTS, 20), random.multinomial(300, PARTS, 20)
        now[:5] = random.multinomial(300, PARTS[::-1], 5)
        found = drifted([evidence(*pair) for pair in zip(one, now, strict=True)], 0.1)
        assert set(range(5)) <= set(found)
        wrong.append(sum(place >= 5 for place in found) / len(found))
    assert np.mean(wrong) <= 0.1 + deviations(share) * np.std(wrong) / len(wrong) ** 0.5


def test_a_shift_is_evidence_and_none_is_not() -> None:
    assert evidence([400, 300, 200, 100], [120, 90, 60, 30]) < 0
    assert evidence([400, 300, 200, 100], [30, 60, 90, 120]) > 50
    assert evidence([100, 0], [0, 100]) > 50, "a bin that the reference hasn't"


def test_samples_without_rows_are_no_evidence() -> None:
    assert evidence([0, 0], [5, 3]) == evidence([5, 3], [0, 0]) == evidence([], []) == 0.0


def test_the_urn_is_a_law() -> None:
    assert np.exp(urn(0, 3, 3, 4, 8)) == pytest.approx(
        [comb(4, hits) * comb(4, 3 - hits) / comb(8, 3) for hits in range(4)]
    )
    assert np.exp(urn(2, 3, 3, 7, 8)).sum() == pytest.approx(1.0)


def test_the_procedure_takes_all_that_are_large_together() -> None:
    assert drifted([np.log(50.0), np.log(30.0), 0.0, np.log(31.0)], 0.1) == [0, 1, 3]
    assert drifted([np.log(39.0), 0.0, 0.0, 0.0], 0.1) == []
    assert drifted([], 0.1) == []


def test_samples_have_the_same_bins() -> None:
    with pytest.raises(ValueError, match=r"\[2\] and \[3\] bins"):
        evidence([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="negative"):
        evidence([1, -2], [1, 2])
