"""PASCAL VOC's XML: one file for each picture, with its boxes in pixels.

Everingham et al., "The Pascal Visual Object Classes (VOC) Challenge" (2010, https://doi.org/10.1007/s11263-009-0275-4).
Each annotator has a folder of their own, or all files are one annotator's.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.reading import Part, file_of, in_folder, number, size
from runners.label.formats.xml import element_in
from runners.label.questions import Answered, Question
from runners.sources.files import Found

_EDGES = ("xmin", "ymin", "xmax", "ymax")


def read_pascal_voc(found: Found, question: Question) -> Iterator[Answered]:
    """Yield the boxes of each picture.

    Raises:
        InputError: a file isn't VOC's.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        part = part_of(name, element_in(name, data))
        task = in_folder(name, part, question)
        if task is not None:
            yield task


def part_of(name: str, root: Element) -> Part:
    """Return the boxes of a picture. VOC counts pixels from 1 and holds the last one in.

    Raises:
        InputError: it isn't VOC's.
    """
    if root.tag != "annotation":
        what = f"its first element is <{root.tag[:40]}>, not <annotation>"
        raise InputError(what, name, "export in PASCAL VOC's format")
    wide, high = (size(root.findtext(f"size/{edge}"), f"the picture's {edge}", name) for edge in ("width", "height"))
    regions = []
    for place, thing in enumerate(root.iter("object")):
        where = f"{name} object {place + 1}"
        left, top, right, bottom = (
            number(thing.findtext(f"bndbox/{edge}"), f"bndbox/{edge}", where) for edge in _EDGES
        )
        label = (thing.findtext("name") or "").strip()
        if not label:
            raise InputError("the object has no name", where, "correct the file")
        region = box_of(label, (left - 1) / wide, (top - 1) / high, right / wide, bottom / high)
        if region is not None:
            regions.append(region)
    shown = (root.findtext("filename") or "").strip() or PurePosixPath(name).stem
    return Part(name, {"image": shown}, regions, [])
