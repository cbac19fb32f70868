"""XML that others wrote: parsed without entities, document types or anything that is fetched, to a bounded depth.

Entities that expand each other fill a memory from a few bytes, and external ones read files: no format here has a
document type, so one that declares any is refused.
"""

from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from runners.contract import InputError

DEEPEST = 50
LARGEST = 2**28
"""Bytes of a file: its elements take many times as much."""


def element_in(name: str, data: bytes) -> Element:
    """Return the root element of a file.

    Raises:
        InputError: it is too large, no XML, declares a document type, or is nested too deeply.
    """
    if len(data) > LARGEST:
        what = f"it has {len(data):,} bytes, and {LARGEST:,} is the most"
        raise InputError(what, name, "export fewer pictures to a file")
    parser, builder, depth = expat.ParserCreate(), TreeBuilder(), [0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > DEEPEST:
            raise InputError(f"its elements are nested more than {DEEPEST} deep", name, "export the annotations again")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        depth[0] -= 1
        builder.end(tag)

    def refuse(*_: Any) -> NoReturn:
        what = "it declares a document type, by which entities could be expanded"
        raise InputError(what, name, "take the <!DOCTYPE …> out of the file")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the others of an encoding
        raise InputError(f"this is no XML: {error}", name, "export the annotations again") from error
    return builder.close()
