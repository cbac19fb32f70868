"""Figures of a picture, by which pictures can be watched as columns of numbers are: brightness, contrast, sharpness.

They and its embedding are taken while the log is read, so that no picture is held. Sharpness is the variance of the
Laplacian, which falls where a picture is blurred (Pech-Pacheco et al., 2000,
https://doi.org/10.1109/ICPR.2000.903548).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runners.monitor.image_embedding import embedding

FIGURES = ("brightness", "contrast", "sharpness")


@dataclass(frozen=True, slots=True)
class Picture:
    """An input that holds a picture: its values by channel, row and column, from 0 (black) on."""

    name: str
    height: int
    width: int
    channels: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of its figures as columns."""
        return tuple(f"{figure} of {self.name}" for figure in FIGURES)

    @property
    def point(self) -> str:
        """Return the name of its embedding as a column."""
        return f"embedding of {self.name}"

    @property
    def has_point(self) -> bool:
        """Tell whether there is more to it than its brightness."""
        return self.height * self.width > 1

    def figures(self, values: Any) -> dict[str, Any]:
        """Return the figures of one picture, and its point as bytes; None for each where it is none of this size."""
        try:
            numbers = np.asarray(values, dtype=float).ravel()
        except (TypeError, ValueError):
            numbers = np.empty(0)
        names = (*self.columns, self.point)
        if numbers.size != self.channels * self.height * self.width or not np.isfinite(numbers).all():
            return dict.fromkeys(names)
        picture = numbers.reshape(self.channels, self.height, self.width)
        grey = picture.mean(axis=0)
        told = (float(grey.mean()), float(grey.std()), _sharpness(grey), embedding(picture).tobytes())
        return dict(zip(names, told, strict=True))

    def watched(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row with the figures in the picture's place."""
        rest = {name: value for name, value in row.items() if name != self.name}
        return rest | self.figures(row.get(self.name))


def pictures_of(signature: Mapping[str, Any]) -> tuple[Picture, ...]:
    """Return the inputs of a model that hold pictures, as its signature says.

    A picture of one value can't be told from a number beside it.
    """
    told = signature.get("image")
    if not isinstance(told, Mapping):
        return ()
    try:
        height, width, channels = (int(told.get(name, 1)) for name in ("height", "width", "channels"))
    except (TypeError, ValueError):
        return ()
    values = height * width * channels
    inputs = signature.get("inputs") or ()
    wide = [one for one in inputs if list(one.get("shape") or ())[1:] == [values]]
    is_told = values > 1 or len(inputs) == 1
    return tuple(Picture(str(one["name"]), height, width, channels) for one in wide if is_told)


def watched(row: Mapping[str, Any], pictures: Sequence[Picture]) -> Mapping[str, Any]:
    """Return a row with the figures of all its pictures in their place."""
    for picture in pictures:
        row = picture.watched(row)
    return row


def _sharpness(grey: Any) -> float:
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float((around - 4 * inner).var())
