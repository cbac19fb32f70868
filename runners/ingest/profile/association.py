"""How strongly a column goes with the target, by the measure that suits their types.

| column | target | measure |
|---|---|---|
| numbers | numbers | Pearson's r |
| numbers | two classes | point-biserial correlation, which is Pearson's r with the classes as 0 and 1 (Lev, 1949) |
| numbers, classes | classes, numbers | correlation ratio η (Fisher, 1925): the spread that classes explain |
| classes | classes | Cramér's V, corrected for bias (Bergsma, 2013, https://doi.org/10.1016/j.jkss.2012.10.002) |

All but the first two lie between 0 and 1. Rows in which either value is missing are left out.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from runners.ingest.profile.statistics import HUGE

MOST_CLASSES = 200
"""Distinct values above which a column is no class but a name or a text, and goes with anything."""
FEW_NUMBERS = 20
"""Distinct whole numbers up to which a target counts as classes."""

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Variable:
    """A column as numbers or as codes of classes, NaN or -1 where missing; two classes have both."""

    numbers: Floats | None = None
    codes: Codes | None = None

    @property
    def is_binary(self) -> bool:
        """Tell whether it is two classes that are also numbers."""
        return self.numbers is not None and self.codes is not None


def variable(values: Any, type_: str, *, as_target: bool = False) -> Variable | None:
    """Make a variable of a plain array; None when it is constant, or of so many classes that it says nothing."""
    distinct = int(pc.count_distinct(values, mode="only_valid").as_py())
    if distinct < 2:
        return None
    if type_ in ("string", "boolean"):
        return _classes(values, distinct)
    is_classes = as_target and type_ == "integer" and distinct <= FEW_NUMBERS
    return _classes(values, distinct) if is_classes else Variable(numbers=_numbers(values))


def _classes(values: Any, distinct: int) -> Variable | None:
    if distinct > MOST_CLASSES:
        return None
    coded = values.dictionary_encode()
    order = pc.array_sort_indices(coded.dictionary).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    indices = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    codes: Codes = np.where(indices < 0, -1, ranks[indices])
    numbers = np.where(codes < 0, np.nan, codes).astype(np.float64) if distinct == 2 else None
    return Variable(numbers, codes)


def _numbers(values: Any) -> Floats:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    numbers: Floats = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.where(np.abs(numbers) < HUGE, numbers, np.nan)


def associate(column: Variable, target: Variable) -> dict[str, Any] | None:
    """Return the measure's name and its value; None when too few rows have both values, or one never changes."""
    if column.codes is not None and target.codes is not None:
        return _told("cramers_v", cramers_v(column.codes, target.codes))
    if column.numbers is not None and target.numbers is not None:
        name = "point_biserial" if column.is_binary or target.is_binary else "pearson"
        return _told(name, pearson(column.numbers, target.numbers))
    if column.codes is not None and target.numbers is not None:
        return _told("correlation_ratio", correlation_ratio(column.codes, target.numbers))
    assert column.numbers is not None  # a variable has one or the other
    assert target.codes is not None
    return _told("correlation_ratio", correlation_ratio(target.codes, column.numbers))


def _told(measure: str, value: float | None) -> dict[str, Any] | None:
    return None if value is None else {"measure": measure, "value": round(value, 6)}


def pearson(left: Floats, right: Floats) -> float | None:
    """Return Pearson's correlation of the rows that have both numbers, -1 to 1."""
    both = np.isfinite(left) & np.isfinite(right)
    if both.sum() < 3:
        return None
    x, y = left[both] - left[both].mean(), right[both] - right[both].mean()
    spread = float(np.sqrt((x * x).sum()) * np.sqrt((y * y).sum()))
    return float(np.clip((x * y).sum() / spread, -1, 1)) if spread > 0 else None


def correlation_ratio(codes: Codes, numbers: Floats) -> float | None:
    """Return η, the root of the share of the numbers' variance that lies between the classes."""
    both = (codes >= 0) & np.isfinite(numbers)
    if both.sum() < 3:
        return None
    classes, values = codes[both], numbers[both] - numbers[both].mean()
    whole = float((values * values).sum())
    counts = np.bincount(classes)
    means = np.bincount(classes, values) / np.maximum(counts, 1)
    return float(np.sqrt(min(1.0, (counts * means * means).sum() / whole))) if whole > 0 else None


def cramers_v(left: Codes, right: Codes) -> float | None:
    """Return the bias-corrected Cramér's V of two codings, 0 to 1."""
    both = (left >= 0) & (right >= 0)
    total = int(both.sum())
    width = int(right.max()) + 1
    table = np.bincount(left[both] * width + right[both], minlength=(int(left.max()) + 1) * width).reshape(-1, width)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0].astype(np.float64)
    rows, columns = table.shape
    if total < 3 or rows < 2 or columns < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    phi = float(((table - expected) ** 2 / expected).sum()) / total
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (total - 1))
    smaller = min(rows - (rows - 1) ** 2 / (total - 1), columns - (columns - 1) ** 2 / (total - 1)) - 1
    return float(min(1.0, np.sqrt(phi / smaller))) if smaller > 0 else None
