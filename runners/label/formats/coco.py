"""COCO's JSON of boxes: images, annotations and categories in one file for each annotator.

Lin et al., "Microsoft COCO: Common Objects in Context" (2014, https://arxiv.org/abs/1405.0312); the format:
https://cocodataset.org/#format-data.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.reading import Part, all_answered, file_of, json_in, number, size
from runners.label.questions import Answered, Question
from runners.sources.files import Found

_EXPORT = "export in COCO's format: images, annotations and categories"


def read_coco(found: Found, question: Question) -> Iterator[Answered]:
    """Yield what each file says of each of its images; an image without annotations has none of the things.

    Raises:
        InputError: a file isn't COCO's.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        yield from all_answered(name, parts_of(name, json_in(name, data)), question)


def parts_of(name: str, told: Any) -> Iterator[Part]:
    """Yield the images of a file with their boxes, or with the labels of annotations without a box.

    Raises:
        InputError: something isn't as COCO has it, or names what isn't there.
    """
    images, annotations, categories = (_objects(told, part, name) for part in ("images", "annotations", "categories"))
    labels = {category.get("id"): str(category.get("name")) for category in categories}
    by_image = defaultdict(list)
    known = {image.get("id") for image in images}
    for place, annotation in enumerate(annotations):
        where = f"{name} annotations[{place}]"
        if annotation.get("image_id") not in known:
            raise InputError(f"it is of image {annotation.get('image_id')!r}, which isn't there", where, _EXPORT)
        if annotation.get("category_id") not in labels:
            raise InputError(f"it has category {annotation.get('category_id')!r}, which isn't there", where, _EXPORT)
        by_image[annotation["image_id"]].append((where, annotation))
    for place, image in enumerate(images):
        where = f"{name} images[{place}]"
        regions, whole = [], []
        for at, annotation in by_image[image.get("id")]:
            label = labels[annotation["category_id"]]
            if annotation.get("bbox") is None:
                whole.append(label)
            elif (region := box_of(label, *_edges(annotation["bbox"], image, where, at))) is not None:
                regions.append(region)
        yield Part(where, {"image": str(image.get("file_name"))}, regions, whole)


def _edges(box: Any, image: Mapping[str, Any], where: str, at: str) -> tuple[float, float, float, float]:
    if not isinstance(box, list) or len(box) != 4:
        raise InputError("its bbox isn't [left, top, width, height]", at, _EXPORT)
    wide, high = (size(image.get(name), f"the image's {name}", where) for name in ("width", "height"))
    left, top, width, height = (number(edge, "a number of its bbox", at) for edge in box)
    return left / wide, top / high, (left + width) / wide, (top + height) / high


def _objects(told: Any, part: str, name: str) -> list[Mapping[str, Any]]:
    found = told.get(part) if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError(f"it has no list of {part}", name, _EXPORT)
    for one in found:
        if any(isinstance(one.get(key), dict | list) for key in ("id", "image_id", "category_id")):
            raise InputError(f"one of its {part} has an id that is no number", name, _EXPORT)
    return found
