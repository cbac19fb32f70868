"""How columns go with the target, as JSON; what is read is checked, as anybody may have written it."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from runners.contract.mistakes import as_written
from runners.tables.columns import ARROW
from runners.tables.summary.columns import is_class
from runners.tables.summary.moments import Comoments, Moments
from runners.tables.summary.pairs import FEW_NUMBERS, MOST_CLASSES, Grouped, Pairs, Table
from runners.tables.types import Type


def pairs_as_json(pairs: Pairs) -> dict[str, Any]:
    """Write pairs as JSON; the classes in their order."""
    both = pairs.numbers
    return {
        "table": pairs.table and _table_as_json(pairs.table),
        "by_target": pairs.by_target and _grouped_as_json(pairs.by_target),
        "by_column": pairs.by_column and _grouped_as_json(pairs.by_column),
        "numbers": both and [both.count, both.x, both.y, both.xx, both.yy, both.xy],
    }


def pairs_from_json(told: Mapping[str, Any], column: Type, target: Type) -> Pairs:
    """Read what `pairs_as_json` wrote of a column and a target of such types.

    Raises:
        ValueError: it isn't what a summary of them has.
    """
    is_whole = target == "integer"
    most = FEW_NUMBERS if is_whole else MOST_CLASSES
    there = {
        "table": is_class(column) and (is_class(target) or is_whole),
        "by_column": is_class(column) and not is_class(target),
        "by_target": not is_class(column) and (is_class(target) or is_whole),
        "numbers": not is_class(column) and not is_class(target),
    }
    check(all((told[name] is not None) == is_there for name, is_there in there.items()), "its pairs are of other types")
    return Pairs(
        _table(told["table"], column, target) if there["table"] else None,
        _grouped(told["by_target"], target, most) if there["by_target"] else None,
        _grouped(told["by_column"], column, MOST_CLASSES) if there["by_column"] else None,
        Comoments(count_of(told["numbers"][0]), *_finite(told["numbers"][1:], 5)) if there["numbers"] else None,
    )


def moments_as_json(moments: Moments) -> list[Any]:
    """Write moments as a list; of no number it is empty."""
    ends = [moments.minimum, moments.maximum]
    return [moments.count, moments.mean, moments.squares, *ends] if moments.count else []


def moments_from_json(told: Any) -> Moments:
    """Read what `moments_as_json` wrote.

    Raises:
        ValueError: they aren't four numbers of so many.
    """
    return Moments(count_of(told[0]), *_finite(told[1:], 4)) if told else Moments()


def check(holds: bool, what: str) -> None:
    """Refuse what isn't as a summary is.

    Raises:
        ValueError: it doesn't hold.
    """
    if not holds:
        raise ValueError(what)


def count_of(told: Any) -> int:
    """Read a count.

    Raises:
        ValueError: it is none.
    """
    check(isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**63, f"{as_written(told)} is no count")
    return int(told)


def _finite(told: Any, count: int) -> list[float]:
    numbers = [float(one) for one in told]
    check(len(numbers) == count and all(map(math.isfinite, numbers)), "its moments are no numbers")
    return numbers


def _table_as_json(table: Table) -> dict[str, Any]:
    rows, left = _ordered(table.left)
    columns, right = _ordered(table.right)
    counts = table.counts[np.ix_(rows, columns)].tolist()
    return {"left": left, "right": right, "counts": counts, "is_full": table.is_full}


def _grouped_as_json(groups: Grouped) -> dict[str, Any]:
    order, classes = _ordered(groups.classes)
    told = {"classes": classes, "counts": groups.counts[order].tolist(), "means": groups.means[order].tolist()}
    return {**told, "moments": moments_as_json(groups.moments), "is_full": groups.is_full}


def _ordered(classes: Any) -> tuple[list[int], list[Any]]:
    values = classes.to_pylist()
    order = sorted(range(len(values)), key=values.__getitem__)
    return order, [values[place] for place in order]


def _table(told: Mapping[str, Any], left: Type, right: Type) -> Table:
    rows, columns = _classes(told["left"], left), _classes(told["right"], right)
    counts = np.array(told["counts"], np.int64).reshape(len(rows), len(columns))
    check(bool((counts >= 0).all()), "a count is below nothing")
    return Table(rows, columns, counts, bool(told["is_full"]))


def _grouped(told: Mapping[str, Any], type_: Type, most: int) -> Grouped:
    classes, counts = _classes(told["classes"], type_), np.array(told["counts"], np.int64)
    means, moments = np.array(_finite(told["means"], len(classes)), np.float64), moments_from_json(told["moments"])
    check(len(counts) == len(classes) <= most and bool((counts >= 0).all()), "a count is below nothing")
    check(int(counts.sum()) == moments.count, "the counts of the classes aren't those of the rows")
    return Grouped(classes, counts, means, moments, most, bool(told["is_full"]))


def _classes(told: Any, type_: Type) -> Any:
    classes = pa.array(told, ARROW[type_])
    check(len(classes) <= MOST_CLASSES and not classes.null_count, "there are more classes than are counted")
    check(len(classes.unique()) == len(classes), "a class stands there twice")
    return classes
