"""The target: its classes or its numbers, and what can't be learned."""

from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.train.target import as_truths, target_of


def texts(*values: Any) -> np.ndarray:
    return np.array(values, object)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (texts(*"yynnyynnyynn"), ("n", "y")),
        (np.array([0, 1] * 6), (0, 1)),
        (np.array([True, False] * 6), (False, True)),
        (np.array([0.0, 1.0] * 6 + [np.nan]), (0, 1)),
        (np.array([0.5, 1.5] * 6), (0.5, 1.5)),
    ],
)
def test_classes_are_in_order_and_of_their_own_type(values: Any, classes: tuple[Any, ...]) -> None:
    known = target_of(values, "y", "binary")
    assert known.classes == classes
    assert [type(label) for label in known.classes] == [type(label) for label in classes]
    assert len(known.truth) == 12


def test_a_gap_makes_no_numbers_of_truths() -> None:
    truths = as_truths(np.array([0.0, 1.0] * 6 + [np.nan]))
    assert truths.tolist() == [False, True] * 6 + [None]
    assert target_of(truths, "y", "binary").classes == (False, True)
    assert target_of(truths, "y", "binary").truth.dtype == np.bool_
    whole = np.array([True, False])
    assert as_truths(whole) is whole


def test_rows_without_a_target_are_left_out_and_told() -> None:
    known = target_of(texts(*"abababababab", None, None), "y", "binary")
    assert known.rows.tolist() == [True] * 12 + [False] * 2
    assert known.notes == ("2 rows without y",)


def test_numbers_are_numbers() -> None:
    known = target_of(np.arange(20), "y", "regression")
    assert known.truth.dtype == np.float64
    assert known.classes == ()


@pytest.mark.parametrize(
    ("values", "task", "what"),
    [
        (np.ones(5), "regression", "5 rows have a y: at least 10"),
        (np.full(20, np.nan), "binary", "0 rows have a y"),
        (np.zeros(20, int), "binary", "y is 0 in every row"),
        (np.arange(30) % 3, "binary", "the task is binary, and y has 3 values: 0, 1, 2"),
        (np.arange(2002) % 1001, "multiclass", "y has 1001 classes"),
        (np.array([0] * 19 + [1]), "binary", "y is 1 in one row only"),
        (np.arange(20) // 2 * np.array([1] * 19 + [9]), "multiclass", "in one row only, and 1 more are"),
        (np.full(20, 3.0), "regression", "y is 3 in every row"),
        (texts(*"ab" * 10), "regression", "the target y holds no numbers"),
        (np.array([1.0, np.inf] * 10), "regression", "infinite values"),
        (texts(*[["x"], 1] * 10), "binary", "neither texts, numbers nor truths"),
        (np.zeros((20, 2)), "binary", "neither text, number nor truth"),
        (np.zeros(20, "datetime64[us]"), "regression", "neither text, number nor truth"),
    ],
)
def test_what_cannot_be_learned_is_told(values: Any, task: Any, what: str) -> None:
    with pytest.raises(InputError) as failure:
        target_of(values, "y", task)
    assert what in failure.value.what
    assert failure.value.fix
