"""COCO."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.runners.label.conftest import marks, read, refused

GOOD: dict[str, Any] = {
    "images": [{"id": 1, "file_name": "1.png", "width": 10, "height": 10}],
    "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}],
    "categories": [{"id": 1, "name": "cat"}],
}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "this is no JSON"),
        ("[" * 100_000, "this is no JSON"),
        ("[]", "it has no list of images"),
        (json.dumps({**GOOD, "categories": []}), "it has category 1, which isn't there"),
        (json.dumps({**GOOD, "images": []}), "it is of image 1, which isn't there"),
        (json.dumps({**GOOD, "images": [{"id": [1]}]}), "an id that is no number"),
        (json.dumps({**GOOD, "annotations": [{"image_id": 1, "category_id": [1]}]}), "an id that is no number"),
        (json.dumps({**GOOD, "images": [{"id": 1}]}), "the image's width is nothing, which is no number"),
        (json.dumps({**GOOD, "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1]}]}), "its bbox isn't"),
        (json.dumps({**GOOD, "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, "x", 1]}]}), "is `x`"),
    ],
)
def test_what_is_not_coco_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, "coco", "1.json", text).what


def test_boxes_outside_of_their_picture_are_cut_or_left_out(tmp_path: Path) -> None:
    boxes = [{"image_id": 1, "category_id": 1, "bbox": box} for box in ([8, 8, 5, 5], [11, 1, 2, 2], [1, 1, 0, 4])]
    (tmp_path / "bo.json").write_text(json.dumps({**GOOD, "annotations": boxes}))
    assert marks(read(tmp_path, "coco", "boxes")) == [("bo", [("cat", (0.8, 0.8, 1.0, 1.0))])]
