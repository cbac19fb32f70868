"""The kinds of answers that mark regions: how each shape is compared and merged, and how its regions are told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from runners.label.boxes import f1_of_boxes, merge_boxes
from runners.label.keypoints import POINTS
from runners.label.marks import Marking
from runners.label.masks import MASKS
from runners.label.outlines import OUTLINES
from runners.label.regions import F1, Merge, Region
from runners.label.relations import merge_relations
from runners.label.segments import f1_of_segments, merge_segments
from runners.label.spans import f1_of_spans, merge_spans
from runners.label.things import Shape, f1_of_things, merge_things

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Regional:
    """What is known of regions of a shape.

    Attributes:
        distance_name: what the distance of two answers is called.
        f1: returns how alike two answers are.
        merge: merges the answers to one example.
        fields: the names of what a region tells beside its label, and their types.
        tell: returns these of a region.
    """

    distance_name: str
    f1: F1
    merge: Merge
    fields: Sequence[tuple[str, Any]]
    tell: Callable[[Region], Told]


def _by_name(*names: str) -> Callable[[Region], Told]:
    return lambda region: dict(zip(names, region.place, strict=True))


def _numbered(name: str, f1: F1, merge: Merge, names: Sequence[str], type_: Any) -> Regional:
    return Regional(name, f1, merge, [(edge, type_) for edge in names], _by_name(*names))


def _shaped(name: str, shape: Shape, fields: Sequence[tuple[str, Any]], tell: Callable[[Region], Told]) -> Regional:
    return Regional(name, partial(f1_of_things, shape), partial(merge_things, shape), fields, tell)


def _outline(region: Region) -> Told:
    pairs = zip(region.place[::2], region.place[1::2], strict=True)
    return {"points": [{"x": x, "y": y} for x, y in pairs]}


def _mask(region: Region) -> Told:
    width, height, *runs = region.place
    return {"width": width, "height": height, "runs": runs}


def _segment(region: Region) -> Told:
    return {"start": region.place[0], "end": region.place[1], "text": region.text}


_NUMBER, _PLACE = pa.float64(), pa.int64()
_ENDS = ("start", "end", "to_start", "to_end")
SHAPES: Mapping[Marking, Regional] = MappingProxyType(
    {
        "boxes": _numbered("iou", f1_of_boxes, merge_boxes, ("left", "top", "right", "bottom"), _NUMBER),
        "spans": _numbered("spans", f1_of_spans, merge_spans, ("start", "end"), _PLACE),
        "polygons": _shaped(
            "iou", OUTLINES, [("points", pa.list_(pa.struct([("x", _NUMBER), ("y", _NUMBER)])))], _outline
        ),
        "masks": _shaped("iou", MASKS, [("width", _PLACE), ("height", _PLACE), ("runs", pa.list_(_PLACE))], _mask),
        "points": _shaped("near", POINTS, [("x", _NUMBER), ("y", _NUMBER)], _by_name("x", "y")),
        "segments": Regional(
            "time", f1_of_segments, merge_segments, [("start", _NUMBER), ("end", _NUMBER), ("text", pa.string())],
            _segment,
        ),
        "relations": _numbered("relations", f1_of_spans, merge_relations, _ENDS, _PLACE),
    }
)  # fmt: skip
"""What is known of each shape, by what an answer of it is called in a spec."""
