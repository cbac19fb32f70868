"""Summaries of columns."""

from typing import Any

import pyarrow as pa
import pytest

from runners.tables.columns import ARROW
from runners.tables.summary.columns import Classes, ColumnSummary, Lengths, column_of
from runners.tables.summary.distinct import ERROR
from runners.tables.types import Type


def of(values: list[Any], type_: Type) -> ColumnSummary:
    return column_of(pa.array(values, ARROW[type_]), type_)


def test_texts_have_lengths_in_characters() -> None:
    column = of(["ü", "abc", None], "string").merged(of([], "string")).merged(of(["x" * 9], "string"))
    assert isinstance(column.figures, Classes)
    assert column.figures.lengths == Lengths(1, 9, 13)
    assert (column.count, column.missing, column.distinct) == (3, 1, 3)


@pytest.mark.parametrize(
    ("values", "type_", "top"),
    [
        ([3, 1, 3, None], "integer", [(3, 2), (1, 1)]),
        ([float("inf"), 0.5, -0.0, 0.0], "number", [(0.0, 2), (0.5, 1)]),
        ([True, False, True], "boolean", [(True, 2), (False, 1)]),
        (["b", "a"], "string", [("a", 1), ("b", 1)]),
    ],
)
def test_the_most_frequent_values_are_of_their_type(values: list[Any], type_: Type, top: list[tuple[Any, int]]) -> None:
    assert of(values, type_).top(2) == top


def test_many_values_are_estimated_and_none_of_them_listed() -> None:
    column = of([f"text {n}" for n in range(30_000)], "string").merged(of([f"text {n}" for n in range(9)], "string"))
    assert column.exact_distinct is None
    assert column.values() is None
    assert column.distinct == pytest.approx(30_000, rel=ERROR)
    assert of(list(range(30_000)), "integer").top(3) == []


def test_columns_of_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="type integer can't be joined with one of type number"):
        of([1], "integer").merged(of([1.0], "number"))
