"""Pixels: the pictures of a manifest as rows of numbers, 0 (black) to 1."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from runners.contract import InputError
from runners.places import inside

Array = NDArray[Any]
USUAL, LARGEST_NATIVE = 32, 32
"""Pixels a side: the usual size, and up to which pictures keep their own."""


@dataclass(frozen=True, slots=True)
class Size:
    """The shape of every picture after it was scaled."""

    height: int
    width: int
    channels: int = 1

    @property
    def values(self) -> int:
        """Return how many numbers a picture is."""
        return self.height * self.width * self.channels

    def as_dict(self) -> Mapping[str, int]:
        """Return it as a signature tells it."""
        return {"height": self.height, "width": self.width, "channels": self.channels}


def size_for(heights: Array, widths: Array, asked: int | None, channels: int) -> Size:
    """Return the size to scale to: what was asked, else the pictures' own where it is one and small."""
    if asked is not None:
        return Size(asked, asked, channels)
    (most, count), *_ = Counter(zip(heights.tolist(), widths.tolist(), strict=True)).most_common(1)
    is_one = count == len(heights) and max(most) <= LARGEST_NATIVE
    return Size(*most, channels) if is_one else Size(USUAL, USUAL, channels)


def decode(folder: Path, paths: Iterable[str | None], size: Size) -> Array:
    """Decode pictures, scaled to one size; [N, channels x height x width], by channel, row, column.

    Raises:
        InputError: a picture is missing, lies outside of the folder, or can't be decoded.
    """
    return np.stack([_decoded(inside(folder, path or ""), size) for path in paths])


def _decoded(file: Path, size: Size) -> Array:
    try:
        with Image.open(file) as image:
            brought = image.convert("L" if size.channels == 1 else "RGB")
    except FileNotFoundError:
        raise InputError(f"there is no picture {file.name}", str(file), "ingest the dataset again") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"the picture {file.name} can't be decoded: {error}", str(file), "replace it") from error
    if brought.size != (size.width, size.height):
        brought = brought.resize((size.width, size.height), Image.Resampling.BILINEAR)
    values = np.asarray(brought, np.float32).reshape(size.height, size.width, size.channels) / 255
    return values.transpose(2, 0, 1).ravel()
