"""What readers of formats share: files as text or JSON, who annotated, and what a task says in regions or labels."""

import json
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import msgspec

from runners.contract import InputError, label_sets
from runners.contract.mistakes import as_written
from runners.label import regions
from runners.label.questions import Answer, Answered, Question
from runners.label.regions import Region
from runners.sources.failures import telling
from runners.sources.files import Found, content

PICTURES = ("png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff")
"""Endings of pictures that a file without its picture's name may be of."""
_COMMON = frozenset({"annotations", "labels", "images", "train", "val", "test", "obj_train_data", "default", "xmls"})
"""Folders that a format has, so that they are nobody's name."""


class Part(NamedTuple):
    """What one file says of one example: regions, or labels of the whole."""

    where: str
    data: dict[str, Any]
    regions: list[Region]
    labels: list[str]


def file_of(found: Found, path: str) -> tuple[str, bytes]:
    """Return a file's name and its bytes, of a bounded number.

    Raises:
        InputError: it is too large.
        SourceUnavailable: it is out of reach.
    """
    name = found.name(path)
    with telling(name):
        return name, content(found, path, name)


def text_in(name: str, data: bytes) -> str:
    """Return a file's text, in whichever encoding of Unicode it is.

    Raises:
        InputError: it is none.
    """
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise InputError("the file is no UTF-8 text", name, "save it as UTF-8") from error


def lines_of(text: str) -> list[str]:
    """Return the lines of a text. Not by `splitlines`: it parts at signs that a JSON text or a token may hold."""
    return [line.removesuffix("\r") for line in text.split("\n")]


def json_in(name: str, data: bytes) -> Any:
    """Return what a JSON file says.

    Raises:
        InputError: it is no JSON.
    """
    try:
        return msgspec.json.decode(text_in(name, data))
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", name, "export the annotations again") from error


def annotator_of(name: str) -> str:
    """Return who annotated, by a file's name: its first folder, where that isn't one of the format, or else the file.

    The same name in several folders is told apart by these.
    """
    *folders, _ = PurePosixPath(name).parts
    return next((folder for folder in folders if folder.lower() not in _COMMON), "")


def in_folder(name: str, part: Part, question: Question) -> Answered | None:
    """Return a part whose file is one of many of an annotator, who has a folder, or is the only one."""
    annotator = annotator_of(name) or "annotator"
    return answered(annotator, annotator, part, question)


def answered(source: str, annotator: str, part: Part, question: Question) -> Answered | None:
    """Return a part as what an annotator answered; None where it says no label of the whole and is asked for one.

    Args:
        source: the file or the folder that tells of the annotator.
        annotator: their name; empty where the file's is theirs.
        part: what is told of an example.
        question: what is asked.

    Raises:
        InputError: it says several labels, and one is asked for.
    """
    if question.marks:
        said = regions.text_of(part.regions)
    elif question.kind == "labels":
        said = label_sets.text_of(part.labels)
    elif len(part.labels) > 1:
        what = f"it has {len(part.labels)} labels, and one label is merged for an example"
        raise InputError(what, part.where, "set answer to labels")
    elif not part.labels:
        return None
    else:
        said = part.labels[0]
    return Answered(part.where, source, part.data, (Answer(annotator or PurePosixPath(source).stem, said, ""),))


def all_answered(name: str, parts: Iterable[Part], question: Question) -> Iterator[Answered]:
    """Yield the parts of one annotator's file as answers."""
    for part in parts:
        task = answered(name, annotator_of(name), part, question)
        if task is not None:
            yield task


def number(value: Any, what: str, where: str) -> float:
    """Return a number of a file.

    Raises:
        InputError: it is none, or isn't finite.
    """
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if isinstance(value, bool) or not abs(found) < 1e12:
        raise InputError(f"{what} is {as_written(value)}, which is no number", where, "correct the file")
    return found


def size(value: Any, what: str, where: str) -> float:
    """Return a width or a height.

    Raises:
        InputError: it is no number above 0.
    """
    found = number(value, what, where)
    if found <= 0:
        raise InputError(f"{what} is {found:g}, so that no box can be told in shares", where, "correct the file")
    return found
