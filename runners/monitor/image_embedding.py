"""Pictures as points: where light and dark lie, the detail by its direction, and the colours.

Where light and dark lie is told by the lowest frequencies of the discrete cosine transform (Ahmed et al., 1974,
https://doi.org/10.1109/T-C.1974.223784), without that of the brightness, which is watched by itself. They are fixed:
the same picture is the same point whatever it is compared with, nothing is learned or stored, and no network is
fetched.
"""

from functools import cache
from typing import Any

import numpy as np

FREQUENCIES = 5
"""Of each direction, the brightness among them."""
_DIGITS = 4
"""Of shares of the full scale: what is beyond is dust of floats, which trees would tell sides apart by."""


def embedding(picture: Any) -> Any:
    """Return the point of a picture, whose values are by channel, row and column: as many numbers for each of its size.

    They are cosines along both directions (but the brightness), the root of the mean squared difference of neighbours
    in four directions, and of three channels the mean and the deviation of red less green and of yellow less blue.
    """
    grey = picture.mean(axis=0)
    down, across = (_cosines(size) for size in grey.shape)
    told = [(down @ grey @ across.T).ravel()[1:], _detail(grey), *(_colours(picture) if len(picture) == 3 else ())]
    return np.round(np.concatenate(told), _DIGITS).astype(np.float32) + np.float32(0)  # there is no -0


@cache
def _cosines(size: int) -> Any:
    """Return the cosines of the lowest frequencies as rows, over so many places that a product is a mean."""
    frequency = np.arange(min(FREQUENCIES, size))[:, None]
    return np.cos(np.pi * frequency * (np.arange(size) + 0.5) / size) / size


def _detail(grey: Any) -> Any:
    sides = (
        (grey[:, 1:], grey[:, :-1]),
        (grey[1:], grey[:-1]),
        (grey[1:, 1:], grey[:-1, :-1]),
        (grey[1:, :-1], grey[:-1, 1:]),
    )
    return np.array([np.sqrt(np.mean((one - other) ** 2)) if one.size else 0.0 for one, other in sides])


def _colours(picture: Any) -> Any:
    red, green, blue = picture
    opposed = (red - green, (red + green) / 2 - blue)
    yield np.array([part(one) for one in opposed for part in (np.mean, np.std)])
