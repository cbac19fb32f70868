"""Where most answers differ: the values of columns, or their quarters, whose share is surely the highest.

They are ranked by the lower bound of the share, and all bounds together hold with the confidence (Bonferroni): of many
slices some are high by chance, and small ones the highest.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.evaluate.slices import slicings_of
from runners.replica.figures import Figure, share

Array = NDArray[Any]
FEWEST = 30
"""Rows of a slice that is looked at."""
SHOWN = 5
_NUMBERS = (int, float, type(None))


def worst(
    columns: Mapping[str, Sequence[Any]], differs: Array, confidence: float, hidden: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the slices whose share of answers that differ is surely above that of all rows, the highest first.

    Args:
        columns: the values of the rows.
        differs: whether the answers of each differ.
        confidence: of all bounds together.
        hidden: columns whose values are shown nowhere.
    """
    slicings = slicings_of({name: _array(values) for name, values in columns.items() if name not in hidden})
    parts = [(f"{name} = {value}", mask) for name, slicing in slicings.items() for value, mask in slicing.parts]
    parts = [(what, mask) for what, mask in parts if int(mask.sum()) >= FEWEST]
    if not parts:
        return []
    sure = 1 - (1 - confidence) / len(parts)
    found = [(what, share(int(differs[mask].sum()), int(mask.sum()), sure)) for what, mask in parts]
    above = [(what, figure) for what, figure in found if _low(figure) > float(differs.mean())]
    above.sort(key=lambda one: (-_low(one[1]), one[0]))
    return [{"what": what, "differing": figure.as_dict()} for what, figure in above[:SHOWN]]


def _low(figure: Figure) -> float:
    return figure.low or 0.0


def _array(values: Sequence[Any]) -> Array:
    """Return a column as slices are cut of it: numbers as such, anything else as objects."""
    if all(isinstance(value, _NUMBERS) and not isinstance(value, bool) for value in values):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    array = np.empty(len(values), np.object_)
    array[:] = values
    return array
