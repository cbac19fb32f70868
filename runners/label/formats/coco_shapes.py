"""What an annotation of COCO marks: a box, an outline, a mask or key points, as regions.

Masks are told as outlines, as counts of pixels column by column, or as those counts packed in a text by the
reference's tools (https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.reading import number, size
from runners.label.keypoints import point_of
from runners.label.marks import Marking
from runners.label.masks import MOST_RUNS, check_size, mask_of
from runners.label.outlines import inside, outline_of
from runners.label.regions import Region

EXPORT = "export in COCO's format: images, annotations and categories"
MOST_PARTS = 1000
Told = Mapping[str, Any]
Pixels = NDArray[np.bool_]


def regions_of(marking: Marking, category: Told, annotation: Told, image: Told, where: tuple[str, str]) -> list[Region]:
    """Return what an annotation marks; nothing where nothing is left of it.

    Args:
        marking: what an answer marks.
        category: of the annotation.
        annotation: what is marked.
        image: of the annotation.
        where: the places of the image and of the annotation, for errors.

    Raises:
        InputError: it has no such region, or one that can't be merged.
    """
    of_image, at = where
    label = str(category.get("name"))
    wide, high = (size(image.get(name), f"the image's {name}", of_image) for name in ("width", "height"))
    if marking == "points":
        return list(_points(category, annotation, (wide, high), at))
    if marking == "boxes":
        left, top, width, height = _numbers(annotation.get("bbox"), at, "bbox", 4)
        region = box_of(label, left / wide, top / high, (left + width) / wide, (top + height) / high)
    elif marking == "polygons":
        region = _outline(label, annotation.get("segmentation"), (wide, high), at)
    else:
        check_size(int(wide), int(high), at)
        region = mask_of(label, _pixels(annotation.get("segmentation"), int(wide), int(high), at), at)
    return [region] if region is not None else []


def _numbers(told: Any, at: str, name: str, count: int | None = None) -> list[float]:
    if not isinstance(told, list) or (count is not None and len(told) != count):
        shape = "[left, top, width, height]" if count else "a list of numbers"
        raise InputError(f"its {name} isn't {shape}", at, EXPORT)
    return [number(one, f"a number of its {name}", at) for one in told]


def _pairs(told: Any, at: str) -> list[tuple[float, float]]:
    numbers = _numbers(told, at, "segmentation")
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def _outline(label: str, told: Any, sides: tuple[float, float], at: str) -> Region | None:
    if not isinstance(told, list) or len(told) != 1:
        what = "its segmentation is no outline of one part"
        raise InputError(what, at, "set answer to masks, which may have several parts and holes")
    return outline_of(label, [(x / sides[0], y / sides[1]) for x, y in _pairs(told[0], at)], at)


def _pixels(told: Any, wide: int, high: int, at: str) -> Pixels:
    if isinstance(told, list):
        return _drawn(told, wide, high, at)
    if not isinstance(told, Mapping) or told.get("size") != [high, wide]:
        raise InputError("its segmentation is no mask of the image's size", at, EXPORT)
    counts = told.get("counts")
    runs = counts_in(counts, at) if isinstance(counts, str) else [int(one) for one in _numbers(counts, at, "counts")]
    if min(runs, default=0) < 0 or sum(runs) != wide * high or len(runs) > 2 * MOST_RUNS:
        raise InputError(f"its counts don't come to the image's {wide * high:,} pixels", at, EXPORT)
    columns = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.ascontiguousarray(columns.reshape(wide, high).T)


def _drawn(parts: list[Any], wide: int, high: int, at: str) -> Pixels:
    """Return the pixels whose centres lie within any part."""
    if len(parts) > MOST_PARTS:
        raise InputError(f"its segmentation has {len(parts):,} parts, and at most {MOST_PARTS:,} are read", at, EXPORT)
    pixels = np.zeros((high, wide), np.bool_)
    for part in parts:
        region = outline_of("", [(x / wide, y / high) for x, y in _pairs(part, at)], at)
        if region is not None:
            pixels |= inside(region.place, (np.arange(wide) + 0.5) / wide, (np.arange(high) + 0.5) / high)
    return pixels


def counts_in(text: str, at: str) -> list[int]:
    """Return the counts that a text packs: groups of five bits, the lowest first, and from the third count on what it
    is more than the one before the last.

    Raises:
        InputError: it packs none.
    """
    counts: list[int] = []
    value = shift = 0
    for sign in text:
        bits = ord(sign) - 48
        if not 0 <= bits < 64 or shift > 40:
            raise InputError("its counts are damaged", at, EXPORT)
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        value -= (1 << shift) if bits & 16 else 0
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    return counts


def _points(category: Told, annotation: Told, sides: tuple[float, float], at: str) -> Iterator[Region]:
    """Yield the key points of an annotation that are marked, each with its own name."""
    names, told = category.get("keypoints"), annotation.get("keypoints")
    numbers = _numbers(told, at, "keypoints") if told is not None else []
    if not isinstance(names, list) or len(numbers) != 3 * len(names):
        raise InputError("its keypoints aren't three numbers for each that its category names", at, EXPORT)
    for name, x, y, seen in zip(names, numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        point = point_of(str(name), x / sides[0], y / sides[1]) if seen > 0 else None
        if point is not None:
            yield point
