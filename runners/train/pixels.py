"""Pixels: the pictures of a manifest as rows of numbers, 0 (black) to 1."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.models.pictures import NoPicture, Preparation, prepare
from runners.staging import inside

Array = NDArray[Any]
USUAL, LARGEST_NATIVE = 32, 32
"""Pixels a side: the usual size, and up to which pictures keep their own."""


def size_for(heights: Array, widths: Array, asked: int | None, channels: int) -> Preparation:
    """Return the size to scale to: what was asked, else the pictures' own where it is one and small."""
    if asked is not None:
        return Preparation(asked, asked, channels)
    (most, count), *_ = Counter(zip(heights.tolist(), widths.tolist(), strict=True)).most_common(1)
    is_one = count == len(heights) and max(most) <= LARGEST_NATIVE
    return Preparation(*most, channels) if is_one else Preparation(USUAL, USUAL, channels)


def decode(folder: Path, paths: Iterable[str | None], how: Preparation) -> Array:
    """Decode pictures, scaled to one size; [N, channels x height x width], by channel, row, column.

    Raises:
        InputError: a picture is missing, lies outside of the folder, or can't be decoded.
    """
    return np.stack([_decoded(inside(folder, path or ""), how) for path in paths])


def _decoded(file: Path, how: Preparation) -> Array:
    try:
        return prepare(file.read_bytes(), how)[0]
    except FileNotFoundError:
        raise InputError(f"there is no picture {file.name}", str(file), "ingest the dataset again") from None
    except (OSError, NoPicture) as error:
        raise InputError(f"the picture {file.name} can't be decoded: {error}", str(file), "replace it") from error
