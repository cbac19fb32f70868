"""How strongly a column goes with the target."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats  # type: ignore[import-untyped]

from runners.ingest.profile.association import associate, cramers_v
from runners.tables.summary import summarise
from runners.tables.types import Type

CHANCE = np.random.default_rng(5)
NUMBERS = CHANCE.normal(size=500)
BINARY = (NUMBERS + CHANCE.normal(size=500) > 0).astype(np.int64)
CLASSES = CHANCE.integers(0, 4, 500)


def found(column: Any, column_type: Type, target: Any, target_type: Type, cut: int = 100) -> dict[str, Any] | None:
    batches = pa.table({"x": column, "y": target}).to_batches(max_chunksize=cut)
    told = associate(summarise(batches, {"x": column_type, "y": target_type}, "y"), "x")
    if told is not None:
        low, high = told.pop("interval")
        assert low <= told["value"] <= high
    return told


def test_pearson_and_point_biserial_are_those_of_scipy() -> None:
    pearson = pytest.approx(stats.pearsonr(NUMBERS, NUMBERS**3).statistic, abs=1e-6)
    assert found(NUMBERS, "number", NUMBERS**3, "number") == {"measure": "pearson", "value": pearson}
    told = found(NUMBERS, "number", BINARY, "integer")
    assert told == {
        "measure": "point_biserial",
        "value": pytest.approx(stats.pointbiserialr(BINARY, NUMBERS).statistic, abs=1e-6),
    }


def test_the_correlation_ratio_is_the_root_of_explained_variance_less_what_chance_explains() -> None:
    values = NUMBERS + CLASSES
    means = np.array([values[label == CLASSES].mean() for label in range(4)])
    explained = ((means[CLASSES] - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    kelley = 1 - (1 - explained) * 499 / 496
    expected = {"measure": "correlation_ratio", "value": pytest.approx(np.sqrt(kelley), abs=1e-6)}
    assert found(CLASSES.astype(str), "string", values, "number") == expected
    assert found(values, "number", CLASSES, "integer") == expected


def test_cramers_v_is_near_nothing_for_chance_and_one_for_copies() -> None:
    other = CHANCE.integers(0, 4, 500)
    raw = stats.contingency.association(stats.contingency.crosstab(CLASSES, other)[1], method="cramer")
    corrected = cramers_v(np.histogram2d(CLASSES, other, 4)[0].astype(np.int64))
    assert corrected is not None
    assert corrected < raw
    assert corrected < 0.1
    assert cramers_v(np.diag([3, 4, 5])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("column", "column_type", "target", "target_type", "measure"),
    [
        (NUMBERS, "number", NUMBERS * 2, "number", "pearson"),
        (NUMBERS, "number", CLASSES, "integer", "correlation_ratio"),
        ([str(c) for c in CLASSES], "string", NUMBERS, "number", "correlation_ratio"),
        ([str(c) for c in CLASSES], "string", BINARY, "integer", "cramers_v"),
        ([bool(b) for b in BINARY], "boolean", NUMBERS, "number", "point_biserial"),
        (CLASSES, "integer", [str(c) for c in BINARY], "string", "point_biserial"),
    ],
)
def test_types_choose_the_measure(column: Any, column_type: Type, target: Any, target_type: Type, measure: str) -> None:
    told = found(column, column_type, target, target_type)
    assert told is not None
    assert told["measure"] == measure


def test_rows_that_miss_a_value_are_left_out() -> None:
    assert found([1.0, 2.0, 3.0, None], "number", [2.0, 4.0, 6.0, -9.0], "number") == {
        "measure": "pearson",
        "value": 1.0,
    }
    assert found(["a", "b", None] * 9, "string", ["x", "y", "x"] * 9, "string") == {
        "measure": "cramers_v",
        "value": 1.0,
    }


def test_two_classes_are_coded_in_their_order_whichever_comes_first() -> None:
    first = found(["no", "yes", "yes"] * 3, "string", [0.0, 1.0, 1.0] * 3, "number")
    second = found(["yes", "yes", "no"] * 3, "string", [1.0, 1.0, 0.0] * 3, "number")
    assert first == second == {"measure": "point_biserial", "value": 1.0}


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (pa.array([1, 1, None] * 70), "integer"),
        (pa.nulls(210, pa.string()), "string"),
        (pa.array([str(n) for n in range(210)]), "string"),
    ],
)
def test_a_column_that_says_nothing_goes_with_nothing(values: Any, type_: Type) -> None:
    target = pa.array([n % 2 for n in range(len(values))])
    assert found(values, type_, target, "integer") is None
    assert found(target, "integer", values, type_) is None


def test_a_target_of_many_whole_numbers_is_no_class() -> None:
    numbers = np.arange(500) % 21
    assert found(numbers, "integer", numbers, "integer") == {"measure": "pearson", "value": 1.0}
    told = found(numbers, "integer", np.arange(500) % 20, "integer")
    assert told is not None
    assert told["measure"] == "correlation_ratio"


def test_too_few_rows_say_nothing() -> None:
    assert found([1.0, 2.0], "number", [1.0, 2.0], "number") is None
    assert found(["a", "b"], "string", [0.0, 1.0], "number") is None
    assert found(["a", "b", None, "a"], "string", [None, "x", "y", None], "string") is None
    assert found([1.0, 1.0, 1.0, None], "number", [1.0, 2.0, 3.0, 4.0], "number") is None


def test_a_name_of_rows_explains_nothing_of_a_number() -> None:
    """Each class of one row has that row's number for its mean, whatever it is."""
    names = np.array([f"row {place}" for place in range(150)])
    assert found(names, "string", NUMBERS[:150], "number") is None
    twice = found(np.repeat(names[:75], 2), "string", NUMBERS[:150], "number")
    assert twice is not None
    assert twice["value"] < 0.4
