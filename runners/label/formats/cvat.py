"""CVAT's XML for images: one file for each annotator, with boxes in pixels and tags of whole images.

See https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/. Outlines, points and masks are passed over.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.formats.reading import Part, all_answered, file_of, number, size
from runners.label.formats.xml import element_in
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
        yield from all_answered(name, parts_of(name, element_in(name, data)), question)


def parts_of(name: str, root: Element) -> Iterator[Part]:
    """Yield the images of a file with their boxes and tags.

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
        found = [_box(box, image, where) for box in image.iter("box")]
        tags = [str(tag.get("label")) for tag in image.iter("tag")]
        yield Part(where, {"image": str(image.get("name"))}, [box for box in found if box is not None], tags)


def _box(box: Element, image: Element, where: str) -> Region | None:
    if number(box.get("rotation", "0"), "the rotation", where):
        raise InputError("it has a box that is turned, which can't be merged", where, "draw boxes that aren't turned")
    if not (label := box.get("label")):
        raise InputError("it has a box without a label", where, "correct the file")
    wide, high = (size(image.get(edge), f"the image's {edge}", where) for edge in ("width", "height"))
    left, top, right, bottom = (number(box.get(edge), edge, where) for edge in _EDGES)
    return box_of(label, left / wide, top / high, right / wide, bottom / high)
