"""Soft labels for what learns from classes: a row for each class that it may be of, which counts by its probability."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def duplicated(soft: Array, weights: Array | None) -> tuple[Array, Array, Array]:
    """Return the places of rows, the codes of their classes and their weights, in the place of soft labels.

    A row is there once for each class that it may be of, and counts by how probable that is: the mean loss of a model
    over these is its cross-entropy with the distributions.
    """
    rows, codes = np.nonzero(soft)
    counts = soft[rows, codes]
    return rows, codes, counts if weights is None else counts * weights[rows]
