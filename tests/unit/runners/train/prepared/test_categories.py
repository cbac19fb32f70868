"""Categories, those that nobody saw too."""

import math
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.train.prepared.categories import FOLDS, encoded
from tests.unit.runners.train.prepared.one_column import answers, column, step


@pytest.mark.parametrize(
    ("values", "datatype", "asked"),
    [
        (["a", "b", "a", None], "BYTES", ["b", "new", "", "a"]),
        ([3, -7, 3, 2**62], "INT64", [-7, 5, 2**62, 3]),
        ([3.0, -7.0, 3.0, math.nan], "FP32", [-7, 1.5, math.nan, 3]),
        ([True, False, True, True], "BOOL", [False, False, True, True]),
    ],
)
def test_categories_that_nobody_saw_are_none(values: Any, datatype: str, asked: Any) -> None:
    given_ = column(values, datatype)
    ready = encoded(given_, step(encode={"by": "one_hot"}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, asked)
    distinct = len({str(value) for value in values})
    assert len(ready.names) == distinct
    assert len(set(ready.names)) == distinct
    assert [sum(row) for row in told] == [0 if value in ("new", 5, 1.5) else 1 for value in asked]
    places = answers(given_, encoded(given_, step(encode={"by": "ordinal"}).encode), asked)  # type: ignore[arg-type]
    assert [row[0] for row in places] == [row.index(1) if 1 in row else -1 for row in told]


def test_a_bucket_is_the_same_for_equal_categories() -> None:
    given_ = column(["a", "b"], "BYTES")
    ready = encoded(given_, step(encode={"by": "hashing", "buckets": 16}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, ["new", "a", "new", "Zürich"])
    assert [sum(row) for row in told] == [1, 1, 1, 1]
    assert told[0] == told[2]


def test_a_training_row_is_not_encoded_by_its_own_answer() -> None:
    """An identifier says nothing of others: encoded by the target, it must not tell it."""
    truth = np.arange(200) % 2
    given_ = column([f"row {place}" for place in range(200)], "BYTES", truth)
    ready = encoded(given_, step(encode={"by": "target", "most": 1000, "smoothing": 0}).encode)  # type: ignore[arg-type]
    assert ready.training is not None
    assert len(set(ready.training[:, 0].tolist())) <= FOLDS, "each row has the mean of the other folds"
    assert answers(given_, ready, ["row 0", "row 1", "row 999"]) == [[0], [1], [0.5]]


def test_the_target_of_a_category_is_drawn_to_the_mean_of_all() -> None:
    given_ = column(["a"] * 8 + ["b"] * 2, "BYTES", [1] * 4 + [0] * 4 + [1, 1])
    ready = encoded(given_, step(encode={"by": "target", "smoothing": 2}).encode)  # type: ignore[arg-type]
    told = answers(given_, ready, ["a", "b", "c"])
    assert [row[0] for row in told] == pytest.approx([(4 + 2 * 0.6) / 10, (2 + 2 * 0.6) / 4, 0.6])


def test_fractions_are_no_categories() -> None:
    with pytest.raises(InputError, match="c holds numbers with fractions"):
        encoded(column([1.5, 2.0], "FP32"), step(encode={"by": "ordinal"}).encode)  # type: ignore[arg-type]
