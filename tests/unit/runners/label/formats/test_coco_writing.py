"""Merged boxes as COCO's JSON."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from runners.label.formats.coco_writing import Size, coco_of
from tests.unit.runners.label.conftest import marks, read

SIZES = {"a/1.png": Size(200, 100), "2.png": Size(10, 10), "3.png": Size(10, 10)}
CAT = {"label": "cat", "left": 0.1, "top": 0.2, "right": 0.3, "bottom": 0.6}
DOG = {"label": "dog", "left": 0.5, "top": 0.5, "right": 1.0, "bottom": 1.0}
MERGED: list[tuple[str, Any]] = [("a/1.png", [CAT, DOG]), ("2.png", []), ("3.png", None), ("gone.png", [CAT])]

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


def test_boxes_are_told_in_pixels() -> None:
    told = coco_of(MERGED, SIZES)
    Draft202012Validator(SCHEMA).validate(told)
    assert [image["file_name"] for image in told["images"]] == ["a/1.png", "2.png"]
    assert [(one["image_id"], one["category_id"], one["bbox"], one["area"]) for one in told["annotations"]] == [
        (1, 1, [20.0, 20.0, 40.0, 40.0], 1600.0),
        (1, 2, [100.0, 50.0, 100.0, 50.0], 5000.0),
    ]
    assert [(one["id"], one["name"]) for one in told["categories"]] == [(1, "cat"), (2, "dog")]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "bo.json").write_text(json.dumps(coco_of(MERGED, SIZES)))
    expected = [("cat", (0.1, 0.2, 0.3, 0.6)), ("dog", (0.5, 0.5, 1.0, 1.0))]
    assert marks(read(tmp_path, "coco", "boxes")) == [("bo", expected), ("bo", [])]


def test_without_boxes_there_are_no_categories() -> None:
    assert coco_of([("2.png", [])], SIZES)["categories"] == []
