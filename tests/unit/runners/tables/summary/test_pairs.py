"""How columns go with the target."""

from typing import Any

import pyarrow as pa
import pytest

from runners.tables.summary import Summary, summarise
from runners.tables.summary.pairs import FEW_NUMBERS, MOST_CLASSES
from runners.tables.types import Type


def of(column: list[Any], type_: Type, target: list[Any], target_type: Type, cut: int = 2) -> Summary:
    batches = pa.table({"x": pa.array(column), "y": pa.array(target)}).to_batches(max_chunksize=cut)
    return summarise(batches, {"x": type_, "y": target_type}, "y")


def test_classes_are_counted_together_where_both_are_there() -> None:
    table = of(["a", "a", "b", None, "b"], "string", [0, 1, 1, 1, None], "integer").pairs["x"].table
    assert table is not None
    assert table.right.to_pylist() == [0, 1]
    assert dict(zip(table.left.to_pylist(), table.counts.tolist(), strict=True)) == {"a": [1, 1], "b": [0, 1]}


def test_numbers_are_grouped_by_classes_of_the_target_and_of_the_column() -> None:
    numbers, classes = [1.0, 2.0, 4.0, 8.0, None], ["a", "b", "b", None, "a"]
    by_target = of(numbers, "number", classes, "string").pairs["x"].by_target
    by_column = of(classes, "string", numbers, "number").pairs["x"].by_column
    for groups in (by_target, by_column):
        assert groups is not None
        means = dict(zip(groups.classes.to_pylist(), groups.means.tolist(), strict=True))
        assert means == pytest.approx({"a": 1.0, "b": 3.0})
        assert groups.moments.count == 3


def test_a_whole_number_may_be_a_class_or_a_number() -> None:
    pairs = of([1.0, 2.0], "number", [0, 1], "integer").pairs["x"]
    assert pairs.by_target is not None
    assert pairs.numbers is not None


@pytest.mark.parametrize("cut", [1000, 50])
def test_too_many_classes_are_counted_no_further(cut: int) -> None:
    names = [f"class {n}" for n in range(MOST_CLASSES + 1)]
    table = of(names, "string", ["x"] * len(names), "string", cut).pairs["x"].table
    assert table is not None
    assert (table.is_full, table.counts.size) == (True, 0)
    numbers = list(range(FEW_NUMBERS + 1))
    groups = of(numbers, "integer", numbers, "integer", 5).pairs["x"].by_target
    assert groups is not None
    assert (groups.is_full, groups.counts.size) == (True, 0)
    assert groups.merged(groups).is_full
