"""What elements of CVAT's XML mark: outlines, points and masks, in pixels of their image."""

from xml.etree.ElementTree import Element

import numpy as np

from runners.contract import InputError
from runners.label.formats.reading import number, size
from runners.label.keypoints import point_of
from runners.label.masks import MOST_RUNS, check_size, mask_of
from runners.label.outlines import outline_of
from runners.label.regions import Region

_CORRECT = "correct the file"
_MASK = ("left", "top", "width", "height")


def sides_of(image: Element, where: str) -> tuple[float, float]:
    """Return the width and the height of an image.

    Raises:
        InputError: it tells none.
    """
    wide, high = (size(image.get(edge), f"the image's {edge}", where) for edge in ("width", "height"))
    return wide, high


def _pairs(element: Element, image: Element, where: str) -> list[tuple[float, float]]:
    wide, high = sides_of(image, where)
    pairs = [pair.split(",") for pair in (element.get("points") or "").split(";") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(f"the points of a <{element.tag}> aren't x,y;x,y", where, _CORRECT)
    return [(number(x, "a point", where) / wide, number(y, "a point", where) / high) for x, y in pairs]


def outline_in(element: Element, image: Element, where: str) -> list[Region | None]:
    """Return what a `<polygon>` marks.

    Raises:
        InputError: it is none.
    """
    return [outline_of(str(element.get("label")), _pairs(element, image, where), where)]


def points_in(element: Element, image: Element, where: str) -> list[Region | None]:
    """Return what `<points>` mark, one region each.

    Raises:
        InputError: they are none.
    """
    return [point_of(str(element.get("label")), x, y) for x, y in _pairs(element, image, where)]


def mask_in(element: Element, image: Element, where: str) -> list[Region | None]:
    """Return what a `<mask>` marks: counts of pixels row by row, within its own box, the first of those outside.

    Raises:
        InputError: it is none, or isn't within its image.
    """
    wide, high = (int(side) for side in sides_of(image, where))
    check_size(wide, high, where)
    left, top, width, height = (int(number(element.get(edge), edge, where)) for edge in _MASK)
    counts = [int(number(one, "a count of a mask", where)) for one in (element.get("rle") or "").split(",")]
    is_within = left >= 0 and top >= 0 and width > 0 and height > 0 and left + width <= wide and top + height <= high
    if not is_within or min(counts) < 0 or sum(counts) != width * height or len(counts) > 2 * MOST_RUNS:
        raise InputError("a mask isn't within its image, or its counts don't come to its box", where, _CORRECT)
    pixels = np.zeros((high, wide), np.bool_)
    inner = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(height, width)
    pixels[top : top + height, left : left + width] = inner
    return [mask_of(str(element.get("label")), pixels, where)]
