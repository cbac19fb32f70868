"""Merged regions as COCO's JSON, which trainers of detectors read: in pixels, with numbers for images and categories.

Key points aren't written: COCO tells those of one thing together, and they are merged one by one.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from runners.label.formats.written import Asked, File, Settled, Size, labels_of, size_of
from runners.label.masks import mask_in, pixels_of
from runners.label.regions import Region

_DIGITS = 4


def write_coco(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all pictures."""
    yield "regions.coco.json", msgspec.json.format(msgspec.json.encode(coco_of(settled, asked)), indent=1) + b"\n"


def coco_of(settled: Sequence[Settled], asked: Asked) -> dict[str, Any]:
    """Return merged regions in COCO's words."""
    categories = {label: number for number, label in enumerate(labels_of(settled), 1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    shape = {"boxes": _box, "polygons": _outline, "masks": _mask}[asked.answer]
    found = asked.each(settled, lambda one: (size_of(one), [(r.label, shape(r, size_of(one))) for r in one.regions]))
    for number, (one, (size, regions)) in enumerate(found, 1):
        images.append({"id": number, "file_name": str(one.name), "width": size.width, "height": size.height})
        for label, told in regions:
            whose = {"id": len(annotations) + 1, "image_id": number, "category_id": categories[label]}
            annotations.append(whose | told | {"iscrowd": 0})
    told = [{"id": number, "name": label, "supercategory": ""} for label, number in categories.items()]
    return {"images": images, "annotations": annotations, "categories": told}


def _box(region: Region, size: Size) -> dict[str, Any]:
    """Return a box as left, top, width and height."""
    left, top, right, bottom = region.place
    edges = [left * size.width, top * size.height, (right - left) * size.width, (bottom - top) * size.height]
    return {"bbox": [round(edge, _DIGITS) for edge in edges], "area": round(edges[2] * edges[3], _DIGITS)}


def _outline(region: Region, size: Size) -> dict[str, Any]:
    points = np.array(region.place).reshape(-1, 2) * (size.width, size.height)
    x, y = points.T
    area = abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
    low, high = points.min(axis=0), points.max(axis=0)
    box = [round(float(edge), _DIGITS) for edge in (*low, *(high - low))]
    told = [round(float(number), _DIGITS) for number in points.ravel()]
    return {"segmentation": [told], "bbox": box, "area": round(area, _DIGITS)}


def _mask(region: Region, _: Size) -> dict[str, Any]:
    """Return a mask as counts of pixels column by column."""
    pixels = pixels_of(mask_in(region.place))
    steps = np.flatnonzero(np.diff(pixels.T.ravel(), prepend=False, append=False))
    counts = np.diff(steps, prepend=0, append=pixels.size).tolist()
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    box = [columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]]
    told = {"size": list(pixels.shape), "counts": counts}
    return {"segmentation": told, "bbox": [int(edge) for edge in box], "area": int(pixels.sum())}
