"""Rows of values between 0 and 1, checked: a bet on a value out of bounds isn't fair, and NaN spoils all after it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Values = Floats | Sequence[float]


def checked(values: Values) -> Floats:
    """Return values as an array of one dimension, shape [rows]; none at all is a batch, too.

    Raises:
        ValueError: it has another shape, or a value that isn't between 0 and 1.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"a batch has one dimension, its rows; this one has the shape {list(array.shape)}")
    wrong = ~((array >= 0.0) & (array <= 1.0))
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(
            f"row {place} of the batch is {array[place]}: give values from 0 to 1, and leave out the others"
        )
    return array


def probability(value: float, what: str) -> float:
    """Return a probability that isn't 0 or 1.

    Raises:
        ValueError: it isn't between them.
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"{what} is {value}: give a number between 0 and 1")
    return value
