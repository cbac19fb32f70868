"""How strongly a column goes with the target."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats  # type: ignore[import-untyped]

from runners.ingest.profile.association import associate, correlation_ratio, cramers_v, pearson, variable

CHANCE = np.random.default_rng(5)
NUMBERS = CHANCE.normal(size=500)
BINARY = (NUMBERS + CHANCE.normal(size=500) > 0).astype(np.int64)
CLASSES = CHANCE.integers(0, 4, 500)


def found(column: Any, column_type: str, target: Any, target_type: str) -> dict[str, Any] | None:
    left, right = variable(pa.array(column), column_type), variable(pa.array(target), target_type, as_target=True)
    assert left is not None
    assert right is not None
    return associate(left, right)


def test_pearson_and_point_biserial_are_those_of_scipy() -> None:
    assert pearson(NUMBERS, NUMBERS**3) == pytest.approx(stats.pearsonr(NUMBERS, NUMBERS**3).statistic)
    told = found(NUMBERS, "number", BINARY, "integer")
    assert told == {
        "measure": "point_biserial",
        "value": pytest.approx(stats.pointbiserialr(BINARY, NUMBERS).statistic, abs=1e-6),
    }


def test_the_correlation_ratio_is_the_root_of_explained_variance() -> None:
    values = NUMBERS + CLASSES
    means = np.array([values[label == CLASSES].mean() for label in range(4)])
    explained = ((means[CLASSES] - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    assert correlation_ratio(CLASSES, values) == pytest.approx(np.sqrt(explained))


def test_cramers_v_is_near_nothing_for_chance_and_one_for_copies() -> None:
    other = CHANCE.integers(0, 4, 500)
    raw = stats.contingency.association(stats.contingency.crosstab(CLASSES, other)[1], method="cramer")
    corrected = cramers_v(CLASSES, other)
    assert corrected is not None
    assert corrected < raw
    assert corrected < 0.1
    assert cramers_v(CLASSES, CLASSES) == pytest.approx(1)


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
def test_types_choose_the_measure(column: Any, column_type: str, target: Any, target_type: str, measure: str) -> None:
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
    [([1, 1, None], "integer"), ([], "string"), ([None], "string"), ([str(n) for n in range(201)], "string")],
)
def test_a_column_that_says_nothing_is_no_variable(values: list[Any], type_: str) -> None:
    assert variable(pa.array(values, pa.string() if type_ == "string" else pa.int64()), type_) is None


def test_too_few_rows_say_nothing() -> None:
    assert pearson(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert correlation_ratio(np.array([0, 1]), np.array([1.0, 2.0])) is None
    assert cramers_v(np.array([0, -1, 1]), np.array([-1, 0, -1])) is None
    assert pearson(np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 3.0])) is None
