"""Examples made by hand, for tests of single steps."""

from typing import Any

import numpy as np

from runners.models import Column
from runners.train.examples import DATATYPES, Examples


def examples(columns: dict[str, Any], target: str = "y", identifier: str | None = None) -> Examples:
    """Return examples of some columns, lists of values by name; a target of text or truth has classes."""
    arrays = {name: _array(values) for name, values in columns.items()}
    truth = arrays[target]
    features = tuple(
        Column(name, DATATYPES[values.dtype.kind])
        for name, values in arrays.items()
        if name not in (target, identifier)
    )
    classes = tuple(np.unique(truth).tolist()) if truth.dtype.kind in "Oib" else ()
    return Examples(arrays, truth, features, classes, identifier)


def _array(values: Any) -> Any:
    array = np.array(values)
    return np.array(values, object) if array.dtype.kind in "UO" else array
