"""Intervals hold what they should, as often as they say."""

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from runners.ingest.profile.association import cramers_v
from runners.ingest.profile.intervals import (
    of_association,
    of_classes,
    of_ranks,
    of_share,
    of_table,
    of_two_classes,
    widened,
)


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (3, 50), (10, 10), (999, 100_000)])
def test_a_share_has_wilsons_interval(hits: int, rows: int) -> None:
    expected = stats.binomtest(hits, rows).proportion_ci(method="wilson")
    assert of_share(hits, rows) == pytest.approx((expected.low, expected.high))
    assert of_share(0, 0) == (0, 1)


def test_a_correlation_has_fishers_interval() -> None:
    x = np.random.default_rng(1).normal(size=80)
    result = stats.pearsonr(x, x + np.random.default_rng(2).normal(size=80))
    expected = result.confidence_interval()
    assert of_association(result.statistic, 80) == pytest.approx((expected.low, expected.high))
    assert of_association(1.0, 80) == (1, 1)
    assert of_association(-0.5, 3) == (-1, 1)


@pytest.mark.parametrize("classes", [2, 4])
def test_of_cramers_v_it_holds_the_truth_nearly_always(classes: int) -> None:
    chance = np.random.default_rng(classes)
    truth = np.full((classes, classes), 0.4 / classes**2) + np.eye(classes) * 0.6 / classes
    value = 0.6
    held = 0
    for _ in range(200):
        counts = chance.multinomial(500, truth.ravel()).reshape(classes, classes)
        low, high = of_classes(cramers_v(counts) or 0.0, 500)
        held += low <= value <= high
    assert held >= 180


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_of_a_correlation_with_two_classes_it_holds_the_truth_nearly_always(share: float) -> None:
    chance = np.random.default_rng(3)
    truth = 2 * np.sqrt(share * (1 - share)) / np.sqrt(4 * share * (1 - share) + 1)
    held = 0
    for _ in range(200):
        classes = chance.random(400) < share
        value = np.corrcoef(classes, chance.normal(2 * classes, 1))[0, 1]
        low, high = of_two_classes(value, [int(classes.sum()), int((~classes).sum())])
        held += low <= truth <= high
    assert held >= 180
    assert of_two_classes(0.5, [0, 0]) == (0, 1)


@pytest.mark.parametrize("truth", [0.0, 0.6, 0.95])
def test_of_ranks_it_holds_the_truth_nearly_always(truth: float) -> None:
    chance = np.random.default_rng(4)
    # Spearman's correlation of two normal variables whose Pearson's is r is 6 asin(r / 2) / π.
    r = 2 * np.sin(truth * np.pi / 6)
    held = 0
    for _ in range(200):
        x = chance.normal(size=120)
        low, high = of_ranks(stats.spearmanr(x, r * x + np.sqrt(1 - r * r) * chance.normal(size=120)).statistic, 120)
        held += low <= truth <= high
    assert held >= 180


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("value", [0.3, 0.9, 0.99])
def test_of_a_table_it_holds_the_truth_nearly_always_near_1_too(classes: int, value: float) -> None:
    chance = np.random.default_rng(classes)
    truth = np.full((classes, classes), (1 - value) / classes**2) + np.eye(classes) * value / classes
    held = 0
    for _ in range(200):
        counts = chance.multinomial(500, truth.ravel()).reshape(classes, classes)
        low, high = of_table(cramers_v(counts) or 0.0, 500)
        held += low <= value <= high
    assert held >= 180


def test_of_a_table_that_agrees_in_all_rows_it_is_as_wide_as_the_rows_are_few() -> None:
    ends = [of_table(1.0, rows)[0] for rows in (10, 100, 1000)]
    assert ends == sorted(ends)
    assert ends == [pytest.approx(0.445, abs=1e-3), pytest.approx(0.926, abs=1e-3), pytest.approx(0.992, abs=1e-3)]
    assert of_table(0.5, 0) == (0, 1)


def test_intervals_of_many_are_wider() -> None:
    assert widened(1) == pytest.approx(1.96, abs=1e-3)
    assert [round(widened(tests), 2) for tests in (10, 4950)] == [2.81, 4.41]
    assert widened(0) == widened(1)
