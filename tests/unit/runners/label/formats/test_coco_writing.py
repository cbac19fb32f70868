"""Merged regions as COCO's JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runners.label.formats.coco_writing import coco_of
from runners.label.formats.written import Asked, Settled, Size
from runners.label.regions import Region
from tests.unit.runners.label.conftest import marks, read

CAT, DOG = Region("cat", (0.1, 0.2, 0.3, 0.6)), Region("dog", (0.5, 0.5, 1.0, 1.0))
MERGED = [
    Settled("a/1.png", [CAT, DOG], size=Size(200, 100)),
    Settled("2.png", size=Size(10, 10)),
    Settled("gone.png", [CAT]),
]
ASKED = Asked("boxes")

# By hand from https://cocodataset.org/#format-data, object detection.
_NUMBER = {"type": "integer", "minimum": 1}
SCHEMA = {
    "type": "object",
    "required": ["images", "annotations", "categories"],
    "properties": {
        "images": {
            "items": {
                "required": ["id", "file_name", "width", "height"],
                "properties": {"id": _NUMBER, "file_name": {"type": "string"}, "width": _NUMBER, "height": _NUMBER},
            }
        },
        "annotations": {
            "items": {
                "required": ["id", "image_id", "category_id", "area", "bbox", "iscrowd"],
                "properties": {
                    "id": _NUMBER,
                    "image_id": _NUMBER,
                    "category_id": _NUMBER,
                    "area": {"type": "number", "exclusiveMinimum": 0},
                    "bbox": {"items": {"type": "number", "minimum": 0}, "minItems": 4, "maxItems": 4},
                    "iscrowd": {"enum": [0, 1]},
                },
            }
        },
        "categories": {
            "items": {"required": ["id", "name"], "properties": {"id": _NUMBER, "name": {"type": "string"}}}
        },
    },
}


def told() -> Any:
    return coco_of(MERGED, ASKED)


def test_boxes_are_told_in_pixels() -> None:
    found = told()
    Draft202012Validator(SCHEMA).validate(found)
    assert [image["file_name"] for image in found["images"]] == ["a/1.png", "2.png"]
    assert [(one["image_id"], one["category_id"], one["bbox"], one["area"]) for one in found["annotations"]] == [
        (1, 1, [20.0, 20.0, 40.0, 40.0], 1600.0),
        (1, 2, [100.0, 50.0, 100.0, 50.0], 5000.0),
    ]
    assert [(one["id"], one["name"]) for one in found["categories"]] == [(1, "cat"), (2, "dog")]
    assert ASKED.left_out == {"gone.png": "its picture's size isn't known"}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "bo.json").write_text(json.dumps(told()))
    expected = [("cat", (0.1, 0.2, 0.3, 0.6)), ("dog", (0.5, 0.5, 1.0, 1.0))]
    assert marks(read(tmp_path, "coco", "boxes")) == [("bo", expected), ("bo", [])]


def test_without_boxes_there_are_no_categories() -> None:
    assert coco_of([Settled("2.png", size=Size(10, 10))], Asked("boxes"))["categories"] == []


@pytest.mark.parametrize(
    ("answer", "place", "area", "box"),
    [
        ("polygons", (0.1, 0.2, 0.5, 0.2, 0.5, 0.6), 1600, [20, 20, 80, 40]),
        ("masks", (200, 100, 20, 40, 220, 240), 40, [20, 0, 20, 2]),
    ],
)
def test_outlines_and_masks_are_valid_too(answer: str, place: tuple[float, ...], area: float, box: list[float]) -> None:
    found = coco_of([Settled("1.png", [Region("cat", place)], size=Size(200, 100))], Asked(answer))
    Draft202012Validator(SCHEMA).validate(found)
    assert (found["annotations"][0]["area"], found["annotations"][0]["bbox"]) == (area, box)
