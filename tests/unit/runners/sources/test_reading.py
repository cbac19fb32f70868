"""Python values made into Arrow columns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from runners.contract import InputError
from runners.sources.reading import array_of, batch_of, check_names
from runners.tables.columns import plain


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([1, "a", None], ["1", "a", None]),
        ([True, 1], ["true", "1"]),
        ([2**70, 1], ["1180591620717411303424", "1"]),
        ([Decimal("1.5"), 2], [1.5, 2.0]),
        ([[1], "x"], ["[1]", "x"]),
        ([datetime.fromisoformat("2024-01-01"), date(2024, 1, 2)], ["2024-01-01 00:00:00", "2024-01-02"]),
        ([float("nan"), 1.0], [None, 1.0]),
        ([UUID(int=1)], ["00000000-0000-0000-0000-000000000001"]),
        (["\ud800"], ["?"]),
        ([], []),
    ],
)
def test_values_of_any_kinds_make_a_column(values: list[Any], expected: list[Any]) -> None:
    assert plain(array_of(values)).to_pylist() == expected


def test_a_batch_keeps_names_and_rows() -> None:
    batch = batch_of(["a", "b"], [[1, 2], ["x", "y"]])
    assert batch.to_pylist() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("names", "told"),
    [([], "there are no columns"), (["a", " "], "column 2 has no name"), (["a", "b", "a"], "two columns are called a")],
)
def test_columns_must_be_told_apart(names: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        check_names(names, "people.csv")
    assert caught.value.where == "people.csv"
