"""XML of merged regions: PASCAL VOC's, a file for each picture, and CVAT's, one for all of them.

What XML can't hold (signs below the space, but tab and line feed) isn't written; everything else is escaped.
"""

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from runners.label.formats.written import Asked, File, Settled, Size, Unsayable, size_of
from runners.label.formats.yolo_writing import path_of
from runners.label.masks import mask_in, pixels_of
from runners.label.regions import Region

_UNSAYABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_pascal_voc(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield a file for each picture. VOC counts pixels from 1, holds the last one in, and strips names."""
    taken: set[str] = set()

    def told(one: Settled) -> tuple[str, bytes]:
        size = size_of(one)
        root = Element("annotation")
        SubElement(root, "filename").text = _stripped(str(one.name))
        for name, number in (("width", size.width), ("height", size.height), ("depth", 3)):
            _child(root, "size", name, str(number))
        for region in one.regions:
            _object(root, region, size)
        return path_of(one.name, "xml", taken), _bytes(root)

    for _, file in asked.each(settled, told):
        yield file


def _object(root: Element, region: Region, size: Size) -> None:
    thing = SubElement(root, "object")
    SubElement(thing, "name").text = _stripped(region.label)
    for name in ("truncated", "difficult"):
        SubElement(thing, name).text = "0"
    left, top, right, bottom = region.place
    edges = {"xmin": left * size.width + 1, "ymin": top * size.height + 1}
    for name, edge in (edges | {"xmax": right * size.width, "ymax": bottom * size.height}).items():
        _child(thing, "bndbox", name, _pixels(edge))


def _child(root: Element, name: str, inner: str, text: str) -> None:
    found = root.find(name)
    SubElement(SubElement(root, name) if found is None else found, inner).text = text


def write_cvat(settled: Sequence[Settled], asked: Asked) -> Iterator[File]:
    """Yield one file of all pictures."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    for number, (_, image) in enumerate(asked.each(settled, lambda one: _image(one, asked.answer))):
        image.set("id", str(number))
        root.append(image)
    yield "regions.cvat.xml", _bytes(root)


def _image(one: Settled, answer: str) -> Element:
    size = size_of(one)
    image = Element("image", {"id": "", "name": _sayable(str(one.name))})
    image.set("width", str(size.width))
    image.set("height", str(size.height))
    for label in one.labels:
        SubElement(image, "tag", {"label": _labelled(label), "source": "manual"})
    for region in one.regions:
        tag, told = _CVAT[answer](region, size)
        SubElement(
            image, tag, {"label": _labelled(region.label), "source": "manual", "occluded": "0", **told, "z_order": "0"}
        )
    return image


def _box(region: Region, size: Size) -> tuple[str, dict[str, str]]:
    left, top, right, bottom = region.place
    edges = (left * size.width, top * size.height, right * size.width, bottom * size.height)
    return "box", dict(zip(("xtl", "ytl", "xbr", "ybr"), map(_pixels, edges), strict=True))


def _points(region: Region, size: Size) -> dict[str, str]:
    pairs = np.array(region.place).reshape(-1, 2) * (size.width, size.height)
    return {"points": ";".join(f"{_pixels(x)},{_pixels(y)}" for x, y in pairs.tolist())}


def _mask(region: Region, size: Size) -> tuple[str, dict[str, str]]:
    mask = mask_in(region.place)
    if mask[:2] != size:
        raise Unsayable("a mask isn't of its picture's size")
    pixels = pixels_of(mask)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    inner = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    steps = np.flatnonzero(np.diff(inner.ravel(), prepend=False, append=False))
    counts = np.diff(steps, prepend=0, append=inner.size).tolist()
    box = {"left": columns[0], "top": rows[0], "width": inner.shape[1], "height": inner.shape[0]}
    return "mask", {"rle": ", ".join(map(str, counts)), **{name: str(int(edge)) for name, edge in box.items()}}


_CVAT = {
    "boxes": _box,
    "polygons": lambda region, size: ("polygon", _points(region, size)),
    "points": lambda region, size: ("points", _points(region, size)),
    "masks": _mask,
}


def _pixels(edge: float) -> str:
    return f"{edge:.4f}".rstrip("0").rstrip(".")


def _sayable(text: str) -> str:
    if found := _UNSAYABLE.search(text):
        raise Unsayable(f"XML can't hold the sign U+{ord(found[0]):04X}")
    return text


def _labelled(text: str) -> str:
    if not text:
        raise Unsayable("a label is empty")
    return _sayable(text)


def _stripped(text: str) -> str:
    if text != text.strip() or not text:
        raise Unsayable("a name is empty, or begins or ends with white space")
    return _sayable(text)


def _bytes(root: Element) -> bytes:
    indent(root)
    text: bytes = tostring(root, "utf-8", xml_declaration=True)
    return text + b"\n"
