"""What one answer of Label Studio marks: boxes of a picture, or spans of a text, as the text of its regions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.regions import Region, text_of
from runners.label.scales import Said
from runners.label.spans import span_of

Marking = Literal["boxes", "spans"]
TAGS: Mapping[Marking, tuple[str, str]] = {
    "boxes": ("rectanglelabels", "RectangleLabels"),
    "spans": ("labels", "Labels"),
}
"""What Label Studio calls the regions in an export, and the control tag that makes them."""
_CORRECT = "correct it where it was given"


def marked_in(results: Iterable[Mapping[str, Any]], marking: Marking, question: str, where: str) -> Said:
    """Return what an annotation's results mark; where they mark nothing, that nothing is there.

    Raises:
        InputError: a result is of another kind, or is no region.
    """
    kind, tag = TAGS[marking]
    values = []
    for item in results:
        if item.get("from_name") != question:
            continue
        if item.get("type") != kind:
            what = f"{question} answers with {item.get('type')}, and the answers are {marking}"
            raise InputError(what, where, f"name a control tag of the kind {tag} in exports.question")
        values.append(item.get("value"))
    return marked(values, marking, question, where)


def marked(values: Any, marking: Marking, question: str, where: str) -> Said:
    """Return the regions that a list of Label Studio's values marks; None is an empty list.

    Raises:
        InputError: it is no list of regions.
    """
    if not isinstance(values, list | None):
        raise InputError(f"an answer to {question} is no list of {marking}", where, _CORRECT)
    found = [region for value in values or () for region in _regions_of(value, marking, question, where)]
    return Said(text_of(found), "nominal")


def _regions_of(value: Any, marking: Marking, question: str, where: str) -> Iterator[Region]:
    """Yield a region for each of its labels."""
    told = value if isinstance(value, Mapping) else {}
    labels = told.get(TAGS[marking][0])
    edges = _edges(told, marking)
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels) or edges is None:
        raise InputError(f"an answer to {question} has a region that is none of {marking}", where, _CORRECT)
    if told.get("rotation"):
        fix = "draw boxes that aren't turned, or set canRotate to false in the labelling interface"
        raise InputError(f"an answer to {question} has a box that is turned, which can't be merged", where, fix)
    for label in labels:
        region = box_of(label, *edges) if marking == "boxes" else span_of(label, int(edges[0]), int(edges[1]))
        if region is not None:
            yield region


def _edges(told: Mapping[str, Any], marking: Marking) -> list[float] | None:
    """Return the edges of a box in shares (Label Studio tells percents), or of a span; None of what is neither."""
    names = ("x", "y", "width", "height") if marking == "boxes" else ("start", "end")
    numbers = [told.get(name) for name in names]
    if not all(
        isinstance(number, int | float) and not isinstance(number, bool) and abs(number) < _MOST for number in numbers
    ):
        return None
    if marking == "spans":
        return [float(number) for number in numbers if number is not None]
    left, top, width, height = (float(number) / 100 for number in numbers if number is not None)
    return [left, top, left + width, top + height]


_MOST = 1e12
"""Numbers beyond this are no places; it also holds off what isn't finite."""
