"""CVAT's XML for images: one file for each annotator, with regions in pixels and tags of whole images.

See https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/. What isn't asked for is passed over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from xml.etree.ElementTree import Element

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.cvat_shapes import mask_in, outline_in, points_in, sides_of
from runners.label.formats.reading import Part, all_answered, file_of, number
from runners.label.formats.xml import element_in
from runners.label.marks import Marking
from runners.label.questions import Answered, Question
from runners.label.regions import Region
from runners.sources.files import Found

_EDGES = ("xtl", "ytl", "xbr", "ybr")


def read_cvat(found: Found, question: Question) -> Iterator[Answered]:
    """Yield what each file says of each of its images.

    Raises:
        InputError: a file isn't CVAT's.
    """
    for path in found.paths:
        name, data = file_of(found, path)
        yield from all_answered(name, parts_of(name, element_in(name, data), question.marks), question)


def parts_of(name: str, root: Element, marking: Marking | None = "boxes") -> Iterator[Part]:
    """Yield the images of a file with their regions and tags.

    Raises:
        InputError: it isn't CVAT's, or has a box that is turned.
    """
    if root.tag != "annotations":
        what = f"its first element is <{root.tag[:40]}>, not <annotations>"
        raise InputError(what, name, "export as CVAT for images 1.1")
    if root.find("track") is not None:
        raise InputError("it has tracks of a video", name, "export as CVAT for images 1.1, not for video")
    for place, image in enumerate(root.iter("image")):
        where = f"{name} image {place + 1}"
        found = list(_regions(image, marking, where)) if marking else []
        tags = [str(tag.get("label")) for tag in image.iter("tag")]
        yield Part(where, {"image": str(image.get("name"))}, found, tags)


def _regions(image: Element, marking: Marking, where: str) -> Iterator[Region]:
    for tag, read in READ[marking]:
        for element in image.iter(tag):
            if not element.get("label"):
                raise InputError(f"it has a {tag} without a label", where, "correct the file")
            yield from (region for region in read(element, image, where) if region is not None)


def _boxes(box: Element, image: Element, where: str) -> list[Region | None]:
    if number(box.get("rotation", "0"), "the rotation", where):
        raise InputError("it has a box that is turned, which can't be merged", where, "draw boxes that aren't turned")
    wide, high = sides_of(image, where)
    left, top, right, bottom = (number(box.get(edge), edge, where) for edge in _EDGES)
    return [box_of(str(box.get("label")), left / wide, top / high, right / wide, bottom / high)]


Read = Callable[[Element, Element, str], Sequence[Region | None]]
READ: Mapping[str, Sequence[tuple[str, Read]]] = MappingProxyType(
    {
        "boxes": (("box", _boxes),),
        "polygons": (("polygon", outline_in),),
        "masks": (("mask", mask_in),),
        "points": (("points", points_in),),
    }
)
"""How the elements that tell of each shape are read."""
