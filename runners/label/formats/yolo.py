"""YOLO's text files: one for each picture, a line for each box or outline, by numbers of classes.

A line is `class center_x center_y width height` in shares of the picture (https://docs.ultralytics.com/datasets/detect/),
or of outlines `class x1 y1 x2 y2 …` (https://docs.ultralytics.com/datasets/segment/).
The classes are named in `classes.txt` or `obj.names`, one a line, or in `data.yaml` under `names`, in the folder or one
above it.
Each annotator has a folder of their own, or all files are one annotator's.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.reading import PICTURES, Part, file_of, in_folder, number, text_in
from runners.label.outlines import outline_of
from runners.label.questions import Answered, Question
from runners.label.regions import Region
from runners.sources.failures import telling
from runners.sources.files import Found

NAMES = ("classes.txt", "obj.names", "data.yaml", "data.yml")
_LISTS = frozenset({"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt"})
"""Text files of the format that hold no boxes."""
LARGEST_NAMES = 2**20
Classes = Mapping[int, str]


def read_yolo(found: Found, question: Question) -> Iterator[Answered]:
    """Yield the boxes of each picture.

    Raises:
        InputError: a file isn't YOLO's, or no file names the classes.
    """
    classes: dict[str, Classes] = {}
    for path in found.paths:
        if posixpath.basename(path) in _LISTS:
            continue
        folder = posixpath.dirname(path)
        if folder not in classes:
            classes[folder] = _classes_of(found, folder)
        name, data = file_of(found, path)
        marked = outlines_in if question.marks == "polygons" else boxes_in
        regions = list(marked(name, text_in(name, data), classes[folder]))
        stem = posixpath.splitext(name)[0]
        shown = {ending: f"{stem}.{ending}" for ending in PICTURES}
        task = in_folder(name, Part(name, shown, regions, []), question)
        if task is not None:
            yield task


def boxes_in(name: str, text: str, classes: Classes) -> Iterator[Region]:
    """Yield the boxes of one picture's file.

    Raises:
        InputError: a line is no box, or of no class.
    """
    for words, label, where in _lines(name, text, classes):
        if len(words) not in (5, 6):  # the sixth is a model's confidence
            what = f"the line has {len(words)} words, and a box has 5"
            raise InputError(what, where, "set answer to polygons where these are outlines")
        x, y, width, height = (number(word, "a number of the box", where) for word in words[1:5])
        region = box_of(label, x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if region is not None:
            yield region


def outlines_in(name: str, text: str, classes: Classes) -> Iterator[Region]:
    """Yield the outlines of one picture's file.

    Raises:
        InputError: a line is no outline, or of no class.
    """
    for words, label, where in _lines(name, text, classes):
        if len(words) < 7 or len(words) % 2 == 0:
            what = f"the line has {len(words)} words, and an outline has a class and three points or more"
            raise InputError(what, where, "set answer to boxes where these are boxes")
        numbers = [number(word, "a number of the outline", where) for word in words[1:]]
        region = outline_of(label, list(zip(numbers[::2], numbers[1::2], strict=True)), where)
        if region is not None:
            yield region


def _lines(name: str, text: str, classes: Classes) -> Iterator[tuple[list[str], str, str]]:
    """Yield the words of each line, what its class is called, and where it stands."""
    for place, line in enumerate(text.splitlines(), 1):
        words, where = line.split(), f"{name}:{place}"
        if not words:
            continue
        index = number(words[0], "the class", where)
        if index not in classes:
            raise InputError(f"the class {words[0][:20]} has no name", where, f"name it in {' or '.join(NAMES[:3])}")
        yield words, classes[int(index)], where


def _classes_of(found: Found, folder: str) -> Classes:
    """Find the names of the classes in a folder, or in one above it that is still of the annotations."""
    while True:
        for name in NAMES:
            if (classes := _read_names(found, posixpath.join(folder, name))) is not None:
                return classes
        if folder in (found.root, posixpath.dirname(folder)) or not folder.startswith(found.root):
            raise InputError("no file names the classes", found.url, f"put {' or '.join(NAMES[:3])} into that folder")
        folder = posixpath.dirname(folder)


def _read_names(found: Found, path: str) -> Classes | None:
    """Return the names of the classes that a file holds; None where there is no such file."""
    name = found.name(path)
    with telling(name):
        if not found.files.exists(path):
            return None
        if (found.files.info(path).get("size") or 0) > LARGEST_NAMES:
            raise InputError("it is too large for names of classes", name, "correct it")
        return names_in(name, text_in(name, found.files.cat_file(path)))


def names_in(name: str, text: str) -> Classes:
    """Return the names of the classes by their numbers.

    Raises:
        InputError: the file names none.
    """
    if PurePosixPath(name).suffix not in (".yaml", ".yml"):
        return dict(enumerate(line.strip() for line in text.splitlines() if line.strip()))
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("this is no YAML", name, "name the classes under names") from error
    return _named(told.get("names") if isinstance(told, dict) else None, name)


def _named(told: Any, name: str) -> Classes:
    pairs: Sequence[tuple[Any, Any]] = ()
    if isinstance(told, list):
        pairs = list(enumerate(told))
    elif isinstance(told, dict):
        pairs = list(told.items())
    if not isinstance(told, list | dict) or not all(
        isinstance(key, int) and isinstance(value, str) for key, value in pairs
    ):
        raise InputError("it has no names of classes", name, "list them under names")
    return dict(pairs)
