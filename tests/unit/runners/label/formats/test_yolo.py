"""YOLO."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.label.formats.yolo import LARGEST_NAMES, names_in
from tests.unit.runners.label.conftest import marks, read, refused

CAT = ("cat", (0.1, 0.2, 0.3, 0.6))


def test_folders_are_annotators(tmp_path: Path) -> None:
    for name in ("ann", "bo"):
        folder = tmp_path / name / "labels"
        folder.mkdir(parents=True)
        (folder / "1.txt").write_text("0 0.2 0.4 0.2 0.4\n")
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    assert marks(read(tmp_path, "yolo", "boxes")) == [("ann", [CAT]), ("bo", [CAT])]


def test_all_files_without_folders_are_one_annotators(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("cat\n")
    for name in "12":
        (tmp_path / f"{name}.txt").write_text("0 0.2 0.4 0.2 0.4\n")
    found = read(tmp_path, "yolo", "boxes")
    assert {(task.source, task.answers[0].annotator) for task in found} == {("annotator", "annotator")}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("9 0.5 0.5 0.1 0.1", "the class 9 has no name"),
        ("0.5 0.5 0.5 0.1 0.1", "the class 0.5 has no name"),
        ("0 0.5 0.5", "the line has 3 words"),
        ("0 0.1 0.1 0.2 0.1 0.2 0.2", "the line has 7 words"),
        ("0 x 0.5 0.1 0.1", "a number of the box is `x`"),
        ("0 nan 0.5 0.1 0.1", "a number of the box is `nan`"),
    ],
)
def test_a_line_is_a_box(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "classes.txt").write_text("cat\n")
    error = refused(tmp_path, "yolo", "1.txt", line)
    assert told in error.what
    assert error.where == "1.txt:1"


def test_the_classes_have_names(tmp_path: Path) -> None:
    assert "no file names the classes" in refused(tmp_path, "yolo", "1.txt", "0 0.5 0.5 0.1 0.1").what
    (tmp_path / "classes.txt").write_text("x" * (LARGEST_NAMES + 1))
    assert "too large" in refused(tmp_path, "yolo", "1.txt", "0 0.5 0.5 0.1 0.1").what


@pytest.mark.parametrize("text", ["names: [cat, dog]", "names: {0: cat, 1: dog}", "names:\n  0: cat\n  1: dog\n"])
def test_the_names_of_classes_are_a_list_or_a_mapping(text: str) -> None:
    assert names_in("data.yaml", text) == {0: "cat", 1: "dog"}
    assert names_in("obj.names", "cat\ndog\n\n") == {0: "cat", 1: "dog"}


@pytest.mark.parametrize("text", ["nc: 2", "[", "names: {a: cat}", "names: [1]"])
def test_names_that_are_none_are_told(text: str) -> None:
    with pytest.raises(InputError, match=r"no names of classes|no YAML"):
        names_in("data.yaml", text)
