"""Merged boxes and outlines as YOLO's text files, one for each picture, with their classes in `data.yaml`."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import yaml

from runners.label.formats.reading import PICTURES
from runners.label.formats.written import Asked, File, Settled, Unsayable, labels_of
from runners.label.regions import Region


def write_yolo(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield the names of the classes, and a file for each picture."""
    classes = {label: number for number, label in enumerate(labels_of(settled))}
    names = {number: label for label, number in classes.items()}
    yield "data.yaml", yaml.safe_dump({"names": names}, allow_unicode=True).encode()
    taken: set[str] = set()

    def told(one: Settled) -> tuple[str, str]:
        path = path_of(one.name, "txt", taken)
        return path, "".join(f"{classes[r.label]} {_numbers(r, asked.answer)}\n" for r in one.regions)

    for _, (path, lines) in asked.each(settled, told):
        yield path, lines.encode()


def path_of(name: Any, ending: str, taken: set[str]) -> str:
    """Return where the annotations of a picture stand: its own path below `labels`, with another ending.

    Raises:
        Unsayable: it has no such path, or one that is taken.
    """
    path = PurePosixPath(str(name))
    is_picture = path.suffix[1:].lower() in PICTURES
    if path.is_absolute() or ".." in path.parts or not path.name or not is_picture or not str(name).isprintable():
        raise Unsayable("its name is no path of a picture")
    found = str(PurePosixPath("labels") / path.with_suffix(f".{ending}"))
    if found in taken:
        raise Unsayable("another picture has the same name without its ending")
    taken.add(found)
    return found


def _numbers(region: Region, answer: str) -> str:
    """Write an outline's points, or a box's centre, width and height."""
    numbers: Sequence[float] = region.place
    if answer == "boxes":
        left, top, right, bottom = region.place
        numbers = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
    return " ".join(f"{number:.7f}" for number in numbers)
