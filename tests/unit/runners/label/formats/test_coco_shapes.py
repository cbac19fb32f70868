"""Outlines, masks and points: the same ones come out of every format that tells of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.label.formats.coco_shapes import counts_in
from tests.unit.runners.label.conftest import marks, read, refused
from tests.unit.runners.label.test_brush import value

# On a picture of 20 x 10 pixels: a triangle, a square of 4 x 4 pixels, and a nose.
TRIANGLE = (0.1, 0.2, 0.5, 0.2, 0.5, 0.8)
PIXELS = np.zeros((10, 20), np.bool_)
PIXELS[2:6, 4:8] = True
SQUARE = (20, 10, *(edge for row in range(2, 6) for edge in (row * 20 + 4, row * 20 + 8)))
NOSE = (0.25, 0.5)
ANSWERS = {"polygons": TRIANGLE, "masks": SQUARE, "points": NOSE}
BY_COLUMNS = [42, 4, 6, 4, 6, 4, 6, 4, 124]


def coco(folder: Path) -> None:
    category = {"id": 1, "name": "cat", "keypoints": ["eye", "cat"]}
    written(folder, [2, 2, 10, 2, 10, 8], {"size": [10, 20], "counts": BY_COLUMNS}, category)


def coco_packed(folder: Path) -> None:
    """Write a mask as the reference's tools pack it, and as an outline in two parts."""
    category = {"id": 1, "name": "cat", "keypoints": ["eye", "cat"]}
    written(folder, [2, 2, 10, 2, 10, 8], {"size": [10, 20], "counts": packed(BY_COLUMNS)}, category)


def coco_in_parts(folder: Path) -> None:
    category = {"id": 1, "name": "cat", "keypoints": ["eye", "cat"]}
    left, right = ([x, 2, x + 2, 2, x + 2, 6, x, 6] for x in (4, 6))
    written(folder, [2, 2, 10, 2, 10, 8], [left, right], category)


def written(folder: Path, outline: list[int], mask: Any, category: dict[str, Any]) -> None:
    """Write three files of COCO's, one for each shape."""
    image = {"id": 1, "file_name": "1.png", "width": 20, "height": 10}
    for name, told in {
        "polygons": {"segmentation": [outline]},
        "masks": {"segmentation": mask},
        "points": {"keypoints": [3, 3, 0, 5, 5, 2], "bbox": [0, 0, 20, 10]},
    }.items():
        (folder / name).mkdir()
        annotation = {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, **told}
        whole = {"images": [image], "annotations": [annotation], "categories": [category]}
        (folder / name / "bo.json").write_text(json.dumps(whole))


def packed(counts: list[int]) -> str:
    """Pack counts as maskApi.c does."""
    text = ""
    for place, count in enumerate(counts):
        number, more = count - (counts[place - 2] if place > 2 else 0), True
        while more:
            bits, number = number & 31, number >> 5
            more = number != (-1 if bits & 16 else 0)
            text += chr((bits | (32 if more else 0)) + 48)
    return text


def cvat(folder: Path) -> None:
    marked = {
        "polygons": '<polygon label="cat" points="2.00,2.00;10.00,2.00;10.00,8.00" z_order="0"></polygon>',
        "masks": '<mask label="cat" rle="7, 4, 2, 4, 2, 4, 2, 4, 1" left="3" top="1" width="6" height="5"/>',
        "points": '<points label="cat" points="5.00,5.00"></points>',
    }
    for name, told in marked.items():
        (folder / name).mkdir()
        text = f'<annotations><image id="0" name="1.png" width="20" height="10">{told}</image></annotations>'
        (folder / name / "bo.xml").write_text(text)


def label_studio(folder: Path) -> None:
    values: dict[str, tuple[str, dict[str, Any]]] = {
        "polygons": ("polygonlabels", {"points": [[10, 20], [50, 20], [50, 80]], "closed": True}),
        "masks": ("brushlabels", value(PIXELS)),
        "points": ("keypointlabels", {"x": 25, "y": 50, "width": 0.3}),
    }
    for name, (kind, told) in values.items():
        size = {key: told.pop(key, n) for key, n in (("original_width", 20), ("original_height", 10))}
        item = {"from_name": "q", "to_name": "i", "type": kind, "id": "x", "value": {**told, kind: ["cat"]}, **size}
        task = {"id": 1, "data": {"image": "1.png"}, "annotations": [{"completed_by": "bo", "result": [item]}]}
        (folder / name).mkdir()
        (folder / name / "p.json").write_text(json.dumps([task]))


def label_studio_short(folder: Path) -> None:
    label_studio(folder)
    for file in folder.glob("*/p.json"):
        [task] = json.loads(file.read_text())
        [item] = task["annotations"][0]["result"]
        size = {key: item[key] for key in ("original_width", "original_height")}
        file.write_text(json.dumps([{"id": 1, "image": "1.png", "annotator": "bo", "q": [item["value"] | size]}]))


def yolo(folder: Path) -> None:
    (folder / "polygons" / "bo").mkdir(parents=True)
    (folder / "polygons" / "classes.txt").write_text("cat\n")
    (folder / "polygons" / "bo" / "1.txt").write_text("0 0.1 0.2 0.5 0.2 0.5 0.8\n")


CASES: list[tuple[str, Callable[[Path], None]]] = [
    ("coco", coco), ("coco", coco_packed), ("coco", coco_in_parts), ("cvat", cvat),
    ("label-studio", label_studio), ("label-studio", label_studio_short), ("yolo", yolo),
]  # fmt: skip


@pytest.mark.parametrize(("format_", "write"), CASES, ids=[write.__name__ for _, write in CASES])
def test_shapes_are_the_same_in_all_formats(tmp_path: Path, format_: str, write: Callable[[Path], None]) -> None:
    write(tmp_path)
    shapes = sorted(folder.name for folder in tmp_path.iterdir())
    assert shapes == (["polygons"] if format_ == "yolo" else sorted(ANSWERS))
    for shape in shapes:
        tasks = read(tmp_path / shape, format_, shape, "q" if format_ == "label-studio" else None)
        assert marks(tasks) == [("bo", [("cat", ANSWERS[shape])])]


@pytest.mark.parametrize("counts", [[0, 1], [5], [3, 40, 1, 2, 5000], [1] * 50])
def test_packed_counts_are_unpacked(counts: list[int]) -> None:
    assert counts_in(packed(counts), "here") == counts


@pytest.mark.parametrize(
    ("segmentation", "told"),
    [
        ([[2, 2, 10, 2, 10, 8], [1, 1, 2, 1, 2, 2]], "no outline of one part"),
        ({"size": [10, 20], "counts": [200]}, "no outline of one part"),
        ([["x", 2, 10, 2]], "which is no number"),
        ([4], "isn't a list of numbers"),
    ],
)
def test_what_is_no_outline_is_refused_in_words(tmp_path: Path, segmentation: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        damaged(tmp_path, segmentation, "polygons")
    assert caught.value.fix


@pytest.mark.parametrize(
    ("segmentation", "told"),
    [
        ({"size": [10, 20], "counts": [199]}, "don't come to the image's 200 pixels"),
        ({"size": [10, 20], "counts": [-1, 201]}, "don't come to the image's 200 pixels"),
        ({"size": [20, 10], "counts": [200]}, "no mask of the image's size"),
        ({"size": [10, 20], "counts": "\x00"}, "its counts are damaged"),
        ({"size": [10, 20], "counts": "o" * 50}, "its counts are damaged"),
        (None, "no mask of the image's size"),
    ],
)
def test_what_is_no_mask_is_refused_in_words(tmp_path: Path, segmentation: Any, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        damaged(tmp_path, segmentation, "masks")
    assert caught.value.fix


def damaged(folder: Path, segmentation: Any, kind: str) -> None:
    """Read an annotation with such a segmentation."""
    whole = {
        "images": [{"id": 1, "file_name": "1.png", "width": 20, "height": 10}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": segmentation}],
        "categories": [{"id": 1, "name": "cat"}],
    }
    (folder / "bo.json").write_text(json.dumps(whole))
    read(folder, "coco", kind)


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ('<mask label="a" rle="6, 4" left="3" top="1" width="6" height="5"/>', "counts don't come to its box"),
        ('<mask label="a" rle="30" left="18" top="1" width="6" height="5"/>', "isn't within its image"),
        ('<mask label="a" left="1" top="1" width="6" height="5"/>', "no number"),
    ],
)
def test_what_is_no_mask_of_cvat_is_refused_in_words(tmp_path: Path, element: str, told: str) -> None:
    text = f'<annotations><image id="0" name="1.png" width="20" height="10">{element}</image></annotations>'
    (tmp_path / "bo.xml").write_text(text)
    with pytest.raises(InputError, match=told):
        read(tmp_path, "cvat", "masks")


def test_boxes_among_outlines_are_told(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("cat\n")
    assert "set answer to polygons" in refused(tmp_path, "yolo", "1.txt", "0 0.1 0.2 0.5 0.2 0.5 0.8\n").fix
