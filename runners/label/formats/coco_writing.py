"""Merged boxes as COCO's JSON, which trainers of detectors read: in pixels, with numbers for images and categories."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple


class Size(NamedTuple):
    """The pixels of a picture."""

    width: int
    height: int


def coco_of(merged: Iterable[tuple[str, Sequence[Mapping[str, Any]] | None]], sizes: Mapping[str, Size]) -> Any:
    """Return merged boxes in COCO's words. Pictures without merged boxes are left out: nothing is known of them.

    Args:
        merged: each picture's id with its boxes, as `labels.parquet` has them; None where the annotators were divided.
        sizes: the pictures' sizes by id.
    """
    known = [(name, boxes) for name, boxes in merged if boxes is not None and name in sizes]
    labels = sorted({str(box["label"]) for _, boxes in known for box in boxes})
    categories = {label: number for number, label in enumerate(labels, 1)}
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (name, boxes) in enumerate(known, 1):
        size = sizes[name]
        images.append({"id": number, "file_name": name, "width": size.width, "height": size.height})
        for box in boxes:
            edges = _pixels(box, size)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": categories[box["label"]],
                    "bbox": edges,
                    "area": round(edges[2] * edges[3], 2),
                    "iscrowd": 0,
                }
            )
    told = [{"id": number, "name": label, "supercategory": ""} for label, number in categories.items()]
    return {"images": images, "annotations": annotations, "categories": told}


def _pixels(box: Mapping[str, Any], size: Size) -> list[float]:
    """Return a box as left, top, width and height."""
    left, right = box["left"] * size.width, box["right"] * size.width
    top, bottom = box["top"] * size.height, box["bottom"] * size.height
    return [round(edge, 2) for edge in (left, top, right - left, bottom - top)]
