"""Metrics of weighed rows are those of as many rows, and a row's influence is what it adds."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.losses import Area, Expected, Ratio, estimates_of
from runners.monitor.performance import TARGET
from runners.monitor.reference import OF_CLASS, PREDICTION, PROBABILITY, Reference
from runners.monitor.scores import METRICS, Answers

RANDOM = np.random.default_rng(0)
ROWS = 300
SCORES = np.round(RANDOM.random(ROWS), 2)
TABLE = pd.DataFrame(
    {PROBABILITY: SCORES, PREDICTION: (SCORES > 0.5) * 1.0, TARGET: (RANDOM.random(ROWS) < SCORES) * 1.0}
)
BINARY = Reference(TABLE, (), "binary", ("0", "1"))


@pytest.mark.parametrize("metric", list(METRICS))
def test_a_weight_of_two_is_a_row_that_is_there_twice(metric: str) -> None:
    asked, known = estimates_of(BINARY, TABLE, TABLE, metric)
    assert (asked.is_of_reference, known.is_of_reference) == (False, True)
    weights = RANDOM.integers(0, 3, ROWS)
    rows = Answers(*(TABLE[name].to_numpy(float) for name in (TARGET, PREDICTION, PROBABILITY)))
    assert known.expected.value(weights * 1.0) == pytest.approx(
        METRICS[metric](rows.at(np.repeat(np.arange(ROWS), weights)))
    )
    assert asked.expected.value(np.ones(ROWS)) == pytest.approx(METRICS[metric](rows), abs=0.08)


def slope(expected: Expected, row: int) -> float:
    """Return by how much the metric changes with a row's weight."""
    step, ones = 1e-5, np.ones(ROWS)
    more = ones + step * (np.arange(ROWS) == row)
    return (expected.value(more) - expected.value(ones)) / step * ROWS


@pytest.mark.parametrize("expected", [
    Ratio(RANDOM.random(ROWS), RANDOM.random(ROWS) + 0.1),
    Ratio(RANDOM.random(ROWS), np.ones(ROWS), is_root=True),
    Area(RANDOM.random(ROWS), SCORES),
])  # fmt: skip
def test_influence_is_the_slope_and_its_mean_is_none(expected: Expected) -> None:
    influence = expected.influence()
    assert influence.mean() == pytest.approx(0.0, abs=1e-9)
    for row in (0, 7, 123):
        assert influence[row] == pytest.approx(slope(expected, row), rel=0.01, abs=1e-3)


def test_of_several_classes_it_is_how_often_the_one_that_is_answered_is_right() -> None:
    wide = RANDOM.dirichlet([1, 1, 1], 2000)
    names = np.array(["a", "b", "c"])
    drawn = [RANDOM.choice(names, p=row) for row in wide]
    table = pd.DataFrame(wide, columns=[OF_CLASS + name for name in names])
    table = table.assign(**{PREDICTION: names[wide.argmax(1)], TARGET: drawn})
    asked, known = estimates_of(Reference(table, (), "multiclass", ("a", "b", "c")), table, table, "roc_auc")
    right = float((table[PREDICTION] == table[TARGET]).mean())
    assert asked.metric == known.metric == "accuracy"
    assert known.expected.value(np.ones(2000)) == pytest.approx(right)
    assert asked.expected.value(np.ones(2000)) == pytest.approx(right, abs=0.02)


def test_of_numbers_it_is_what_the_reference_was_wrong_by() -> None:
    table = pd.DataFrame({PREDICTION: [1.0, 2.0] * 20, TARGET: [1.0, 4.0] * 20})
    reference = Reference(table, (), "regression")
    for metric, value in (("mae", 1.0), ("rmse", 2**0.5), ("mse", 2.0), ("mape", 0.25)):
        (told,) = estimates_of(reference, table, table, metric)
        assert told.is_of_reference
        assert told.expected.value(np.ones(40)) == pytest.approx(value)
    assert estimates_of(reference, table, table, "r2") == ()


def test_without_outcomes_probabilities_or_rows_nothing_is_expected() -> None:
    bare = TABLE.drop(columns=[PROBABILITY])
    assert estimates_of(BINARY, TABLE.drop(columns=[TARGET]), TABLE, "accuracy") == ()
    assert estimates_of(BINARY, TABLE.head(5), TABLE, "accuracy") == ()
    assert estimates_of(BINARY, TABLE, TABLE.head(0), "accuracy") == ()
    assert estimates_of(Reference(bare, (), "binary"), bare, bare, "accuracy") == ()
    assert estimates_of(BINARY, TABLE, TABLE, "average_precision") == ()
