"""Masks of pictures: the pixels of a thing, as runs of pixels row by row: `width, height, start, end, start, end, …`.

Runs are compared and merged as they are, without a picture being drawn: time and memory grow with the runs, not with
the pixels.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.label.distances import Figures
from runners.label.regions import Region
from runners.label.things import Place, Places, Shape

MOST_PIXELS = 2**25
"""Pixels of a picture: reading a mask takes as many bytes."""
MOST_RUNS = 200_000
"""Runs of a mask: a million pixels of noise have more, and no person draws those."""
_GRID = 64
Pixels = NDArray[np.int64]


class Mask(NamedTuple):
    """A picture's size, and the runs of a thing's pixels: where each starts and where it ends."""

    width: int
    height: int
    starts: Pixels
    ends: Pixels


def check_size(width: int, height: int, where: str) -> None:
    """Refuse a mask of no size, or of one that takes too much memory.

    Raises:
        InputError: it is one.
    """
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        what = f"a mask is of {width:,} by {height:,} pixels, and 1 to {MOST_PIXELS:,} are read"
        raise InputError(what, where, "export it of the picture's own size, or of a smaller picture")


def mask_of(label: str, pixels: NDArray[np.bool_], where: str) -> Region | None:
    """Return a mask by its pixels, rows by columns; None where it has none.

    Raises:
        InputError: it has too many runs.
    """
    height, width = pixels.shape
    steps = np.flatnonzero(np.diff(pixels.ravel(), prepend=False, append=False))
    return region_of(label, width, height, steps, where)


def region_of(label: str, width: int, height: int, steps: Pixels, where: str) -> Region | None:
    """Return a mask by the pixels at which it starts and ends in turn; None where it has none.

    Raises:
        InputError: it has too many runs.
    """
    if len(steps) > 2 * MOST_RUNS:
        what = f"a mask has {len(steps) // 2:,} runs of pixels, and at most {MOST_RUNS:,} are compared"
        raise InputError(what, where, "smooth it, or draw an outline")
    return Region(label, (width, height, *steps.tolist())) if len(steps) else None


def mask_in(place: Place) -> Mask:
    """Return a mask by its numbers."""
    width, height, *steps = place
    runs = np.array(steps, np.int64)
    return Mask(int(width), int(height), runs[::2], runs[1::2])


def pixels_of(mask: Mask) -> NDArray[np.bool_]:
    """Return which pixels a mask has, rows by columns."""
    steps = np.zeros(mask.width * mask.height + 1, np.int8)
    steps[mask.starts] += 1
    steps[mask.ends] -= 1
    return np.asarray(np.cumsum(steps[:-1], dtype=np.int8).reshape(mask.height, mask.width) > 0)


def _before(mask: Mask, at: Pixels) -> Pixels:
    """Count the pixels of a mask that lie before each of some."""
    counts = np.concatenate([[0], np.cumsum(mask.ends - mask.starts)])
    place = np.searchsorted(mask.starts, at, side="right")
    over = np.maximum(mask.ends[np.maximum(place - 1, 0)] - at, 0)
    return np.asarray(counts[place] - np.where(place > 0, over, 0), np.int64)


def _on_grid(mask: Mask) -> Mask:
    """Return a mask on a grid that all pictures have, to compare those of different sizes."""
    steps = (np.arange(_GRID) + 0.5) / _GRID
    rows, columns = (steps * mask.height).astype(np.int64), (steps * mask.width).astype(np.int64)
    at = (rows[:, None] * mask.width + columns).ravel()
    is_in = np.diff(_before(mask, np.stack([at, at + 1])), axis=0)[0] > 0
    edges = np.flatnonzero(np.diff(is_in, prepend=False, append=False))
    return Mask(_GRID, _GRID, edges[::2], edges[1::2])


def _shared(one: Mask, other: Mask) -> float:
    if (one.width, one.height) != (other.width, other.height):
        one, other = _on_grid(one), _on_grid(other)
    sizes = int((one.ends - one.starts).sum()) + int((other.ends - other.starts).sum())
    if not len(one.starts) or not len(other.starts):
        return 0.0
    common = int((_before(one, other.ends) - _before(one, other.starts)).sum())
    return common / (sizes - common)


def shared_by_masks(left: Places, right: Places) -> Figures:
    """Return the intersection over union of each two masks, those of pictures of different sizes on a grid."""
    ours, theirs = ([mask_in(place) for place in places] for places in (left, right))
    shared = np.zeros((len(ours), len(theirs)))
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            is_apart = one[:2] == other[:2] and (one.starts[0] >= other.ends[-1] or other.starts[0] >= one.ends[-1])
            shared[row, column] = 0 if is_apart else _shared(one, other)
    return shared


def fuse_masks(places: Places) -> Place:
    """Keep the pixels that more than half of several masks of a thing have, of those of the most frequent size.

    Where there is none, the smallest of the masks is kept.
    """
    masks = [mask_in(place) for place in places]
    (width, height), _ = max(Counter(mask[:2] for mask in masks).items(), key=lambda item: (item[1], item[0]))
    voters = [mask for mask in masks if mask[:2] == (width, height)]
    at = np.concatenate([*(mask.starts for mask in voters), *(mask.ends for mask in voters)])
    turns = np.repeat([1, -1], len(at) // 2)
    edges, place = np.unique(at, return_inverse=True)
    counts = np.cumsum(np.bincount(place, turns))
    steps = edges[np.flatnonzero(np.diff(2 * counts > len(voters), prepend=False))].tolist()
    return (width, height, *steps) if steps else min(places, key=lambda place: (len(place), place))


MASKS = Shape(shared_by_masks, fuse_masks)
