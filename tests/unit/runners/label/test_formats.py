"""Each format, by files as its tool writes them: the same boxes and spans come out of all of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runners.contract import InputError
from runners.label.formats import FORMATS
from runners.label.parameters import Exports
from runners.sources.files import SUFFIXES
from tests.unit.runners.label.conftest import marks, read

# A cat and a dog on a picture of 200 x 100 pixels, and nothing on another one.
CAT, DOG = ("cat", (0.1, 0.2, 0.3, 0.6)), ("dog", (0.5, 0.5, 1.0, 1.0))


def coco(folder: Path) -> None:
    """Write what CVAT, Label Studio and Roboflow write: numbers of categories begin anywhere."""
    told = {
        "images": [
            {"id": 3, "file_name": "a/1.png", "width": 200, "height": 100},
            {"id": 4, "file_name": "a/2.png", "width": 200, "height": 100},
        ],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 1, "bbox": [20, 20, 40, 40], "area": 1600, "iscrowd": 0},
            {"id": 2, "image_id": 3, "category_id": 7, "bbox": [100, 50, 100, 50.0], "area": 5000, "iscrowd": 0},
        ],
        "categories": [{"id": 1, "name": "cat"}, {"id": 7, "name": "dog"}],
    }
    (folder / "bo.json").write_text(json.dumps(told))


def yolo(folder: Path) -> None:
    """Write what Ultralytics reads: classes in data.yaml, a file for each picture."""
    labels = folder / "bo" / "labels" / "train"
    labels.mkdir(parents=True)
    (folder / "bo" / "data.yaml").write_text("path: .\nnc: 2\nnames:\n  0: cat\n  1: dog\n")
    (labels / "1.txt").write_text("0 0.2 0.4 0.2 0.4\n1 0.75 0.75 0.5 0.5\n")
    (labels / "2.txt").write_text("")


def pascal_voc(folder: Path) -> None:
    """Write what LabelImg writes; VOC counts from 1 and holds the last pixel in."""
    boxes = {"cat": (21, 21, 60, 60), "dog": (101, 51, 200, 100)}
    things = [
        f"<object><name>{label}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult><bndbox>"
        f"<xmin>{x}</xmin><ymin>{y}</ymin><xmax>{right}</xmax><ymax>{low}</ymax></bndbox></object>"
        for label, (x, y, right, low) in boxes.items()
    ]
    (folder / "bo").mkdir()
    for number, found in (("1", things), ("2", [])):
        (folder / "bo" / f"{number}.xml").write_text(
            f"<annotation><folder>a</folder><filename>{number}.png</filename><size><width>200</width>"
            f"<height>100</height><depth>3</depth></size><segmented>0</segmented>{''.join(found)}</annotation>"
        )


def cvat(folder: Path) -> None:
    """Write what CVAT for images 1.1 writes."""
    (folder / "bo.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta/>'
        '<image id="0" name="a/1.png" width="200" height="100">'
        '<box label="cat" source="manual" occluded="0" xtl="20.00" ytl="20.00" xbr="60.00" ybr="60.00" z_order="0"/>'
        '<box label="dog" occluded="0" xtl="100.00" ytl="50.00" xbr="200.00" ybr="100.00" z_order="0">'
        '<attribute name="age">3</attribute></box><tag label="indoors" source="manual"/></image>'
        '<image id="1" name="a/2.png" width="200" height="100"></image></annotations>'
    )


def label_studio(folder: Path) -> None:
    """Write Label Studio's JSON: boxes in percents."""

    def result(label: str, x: float, y: float, width: float, height: float) -> dict[str, Any]:
        value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0, "rectanglelabels": [label]}
        return {"from_name": "box", "to_name": "i", "type": "rectanglelabels", "value": value, "original_width": 200}

    first = [result("cat", 10, 20, 20, 40), result("dog", 50, 50, 50, 50)]
    tasks = [
        {"id": n, "data": {"image": f"/data/a/{n}.png"}, "annotations": [{"completed_by": "bo", "result": found}]}
        for n, found in ((1, first), (2, []))
    ]
    (folder / "p.json").write_text(json.dumps(tasks))


BOXES: dict[str, Callable[[Path], None]] = {
    "coco": coco, "yolo": yolo, "pascal-voc": pascal_voc, "cvat": cvat, "label-studio": label_studio,
}  # fmt: skip


@pytest.mark.parametrize("format_", sorted(BOXES))
def test_boxes_are_the_same_in_all_formats(tmp_path: Path, format_: str) -> None:
    BOXES[format_](tmp_path)
    tasks = read(tmp_path, format_, "boxes", "box" if format_ == "label-studio" else None)
    assert marks(tasks) == [("bo", [CAT, DOG]), ("bo", [])]
    assert ["1.png" in json.dumps(task.data) for task in tasks] == [True, False]


def doccano(folder: Path) -> None:
    """Write Doccano's JSONL of a sequence labelling project."""
    rows = [
        {"id": 1, "text": "Bo went to Lima", "label": [[0, 2, "PER"], [11, 15, "LOC"]], "meta": {"doc": "t1"}},
        {"id": 2, "text": "So she did", "label": [], "meta": {"doc": "t2"}},
    ]
    (folder / "bo.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def conll(folder: Path) -> None:
    """Write CoNLL's columns."""
    (folder / "bo.conll").write_text(
        "-DOCSTART- -X- O O\n\n# id = t1\nBo NNP B-NP B-PER\nwent VBD O O\nto TO O O\nLima NNP B-NP B-LOC\n\n"
        "# id = t2\nSo RB O O\nshe PRP O O\ndid VBD O O\n"
    )


def label_studio_spans(folder: Path) -> None:
    """Write Label Studio's JSON-MIN of a text."""
    found = [
        {"start": 0, "end": 2, "text": "Bo", "labels": ["PER"]},
        {"start": 11, "end": 15, "text": "Lima", "labels": ["LOC"]},
    ]
    rows = [{"id": 1, "doc": "t1", "ner": found, "annotator": "bo"}, {"id": 2, "doc": "t2", "annotator": "bo"}]
    (folder / "p.json").write_text(json.dumps(rows))


SPANS: dict[str, Callable[[Path], None]] = {
    "doccano": doccano, "conll": conll, "label-studio": label_studio_spans,
}  # fmt: skip


@pytest.mark.parametrize("format_", sorted(SPANS))
def test_spans_are_the_same_in_all_formats(tmp_path: Path, format_: str) -> None:
    SPANS[format_](tmp_path)
    tasks = read(tmp_path, format_, "spans", "ner" if format_ == "label-studio" else None)
    assert marks(tasks) == [("bo", [("LOC", (11, 15)), ("PER", (0, 2))]), ("bo", [])]
    assert ["t1" in task.data.values() for task in tasks] == [True, False]


def test_a_file_that_says_nothing_of_what_is_asked_is_told(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_text('<annotations><image name="1.png"/></annotations>')
    with pytest.raises(InputError, match="no annotation is in these cvat files"):
        read(tmp_path, "cvat", "label")


def test_each_format_has_its_files() -> None:
    assert set(FORMATS) <= set(SUFFIXES)
    for name in FORMATS:
        assert Exports.model_validate({"url": "x", "format": name})
