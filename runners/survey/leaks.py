"""Columns that are the target under another name: equal to it, or one value for each of its values."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import parquet

from runners.tables.version import DATA


def renamed(folder: Path, target: str, others: Collection[str]) -> Iterator[str]:
    """Yield the columns of a version's table that say the target in other words.

    Args:
        folder: the version's folder.
        target: the target's name.
        others: the columns that a model would learn from.
    """
    path = folder / DATA
    goal = parquet.read_table(path, columns=[target]).column(0)
    for name in others:
        values = parquet.read_table(path, columns=[name]).column(0)
        if _is_equal(values, goal) or _is_renamed(values, goal):
            yield name


def _is_equal(values: Any, goal: Any) -> bool:
    if values.type != goal.type or values.null_count != goal.null_count:
        return False
    return bool(pc.all(pc.equal(values, goal).drop_null()).as_py()) and pc.equal(values, goal).null_count == (
        goal.null_count
    )


def _is_renamed(values: Any, goal: Any) -> bool:
    """Tell whether each value goes with one of the target and each of the target with one value, many times over."""
    table = pa.table({"one": values, "other": goal}).filter(pc.is_valid(goal))
    classes = pc.count_distinct(table["other"]).as_py()
    if classes * 5 > table.num_rows or pc.count_distinct(table["one"]).as_py() != classes or table["one"].null_count:
        return False
    return bool(table.group_by(["one", "other"]).aggregate([]).num_rows == classes)
