"""COCO's JSON: images, annotations and categories in one file for each annotator.

Lin et al., "Microsoft COCO: Common Objects in Context" (2014, https://arxiv.org/abs/1405.0312); the format:
https://cocodataset.org/#format-data.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from runners.contract import InputError
from runners.contract.mistakes import as_written
from runners.label.formats.coco_shapes import EXPORT, regions_of
from runners.label.formats.reading import Part, all_answered, file_of, json_in
from runners.label.marks import Marking
from runners.label.questions import Answered, Question
from runners.label.regions import Region
from runners.sources.files import Found


def read_coco(found: Found, question: Question) -> Iterator[Answered]:
    """Yield what each file says of each of its images; an image without annotations has none of the things.

    Raises:
        InputError: a file isn't COCO's.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        yield from all_answered(name, parts_of(name, json_in(name, data), question.marks), question)


def parts_of(name: str, told: Any, marking: Marking | None = "boxes") -> Iterator[Part]:
    """Yield the images of a file with the regions of their annotations, or with the labels of those without a box.

    Raises:
        InputError: something isn't as COCO has it, or names what isn't there.
    """
    images, annotations, categories = (_objects(told, part, name) for part in ("images", "annotations", "categories"))
    known_as = {category.get("id"): category for category in categories}
    by_image = defaultdict(list)
    known = {image.get("id") for image in images}
    for place, annotation in enumerate(annotations):
        where = f"{name} annotations[{place}]"
        if annotation.get("image_id") not in known:
            raise InputError(
                f"it is of image {as_written(annotation.get('image_id'))}, which isn't there", where, EXPORT
            )
        if annotation.get("category_id") not in known_as:
            raise InputError(
                f"it has category {as_written(annotation.get('category_id'))}, which isn't there", where, EXPORT
            )
        by_image[annotation["image_id"]].append((where, annotation))
    for place, image in enumerate(images):
        where = f"{name} images[{place}]"
        regions: list[Region] = []
        whole: list[str] = []
        for at, annotation in by_image[image.get("id")]:
            category = known_as[annotation["category_id"]]
            if marking is None or (marking == "boxes" and annotation.get("bbox") is None):
                whole.append(str(category.get("name")))
            else:
                regions += regions_of(marking, category, annotation, image, (where, at))
        yield Part(where, {"image": str(image.get("file_name"))}, regions, whole)


def _objects(told: Any, part: str, name: str) -> list[Mapping[str, Any]]:
    found = told.get(part) if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InputError(f"it has no list of {part}", name, EXPORT)
    for one in found:
        if any(isinstance(one.get(key), dict | list) for key in ("id", "image_id", "category_id")):
            raise InputError(f"one of its {part} has an id that is no number", name, EXPORT)
    return found
