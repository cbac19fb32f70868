"""What a value of Label Studio marks: its numbers as a region of each shape.

Places on pictures are told in percents of their sides, turned ones also by the picture's size, which stands beside
them. See https://labelstud.io/guide/task_format.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from runners.contract import InputError
from runners.label.boxes import box_of
from runners.label.brush import brushed
from runners.label.keypoints import point_of
from runners.label.masks import mask_of
from runners.label.outlines import Turn, corners_of, ellipse_of, outline_of
from runners.label.regions import Region
from runners.label.segments import segment_of
from runners.label.spans import span_of

SIZE = ("original_width", "original_height")
"""What tells the picture's size."""
_ENDS = ("start", "end")
_MOST = 1e12
"""Numbers beyond this are no places; it also holds off what isn't finite."""
_AN_INSTANT = "mark spans of time, or read the instants as labels of whole examples"


def region_of(told: Mapping[str, Any], marking: str, kind: str, where: str) -> Region | None:
    """Return a region without its label; None where nothing is left of it.

    Args:
        told: a value of Label Studio.
        marking: what an answer marks.
        kind: what Label Studio calls the region.
        where: the task that it is of.

    Raises:
        InputError: it can't be merged, or is too large.
        KeyError: it lacks a number.
        TypeError: it has something else than a number, or a list, where one belongs.
        ValueError: it has no place.
    """
    if marking == "spans":
        start, end = _numbers(told, "start", "end")
        return span_of("", int(start), int(end))
    if marking == "segments":
        return _segment(told, kind, where)
    if marking == "masks":
        return mask_of("", brushed(told, where), where)
    if marking == "points":
        x, y = _numbers(told, "x", "y")
        return point_of("", x / 100, y / 100)
    if kind == "rectanglelabels":
        return _box(told, marking, where)
    if kind == "ellipselabels":
        x, y, right, down = _numbers(told, "x", "y", "radiusX", "radiusY")
        points = ellipse_of((x / 100, y / 100), right / 100, down / 100, _turn(told, where))
        return outline_of("", points, where)
    pairs = [(_number(x) / 100, _number(y) / 100) for x, y in told["points"]]
    return outline_of("", pairs, where)


def _box(told: Mapping[str, Any], marking: str, where: str) -> Region | None:
    x, y, width, height = (number / 100 for number in _numbers(told, "x", "y", "width", "height"))
    if marking == "polygons":
        return outline_of("", corners_of((x, y), width, height, _turn(told, where)), where)
    if told.get("rotation"):
        fix = "set answer to polygons, or canRotate to false in the labelling interface"
        raise InputError("an answer has a box that is turned, which is no box", where, fix)
    return box_of("", x, y, x + width, y + height)


def _segment(told: Mapping[str, Any], kind: str, where: str) -> Region | None:
    start, end = (_moment(told[edge], where) if isinstance(told[edge], str) else _number(told[edge]) for edge in _ENDS)
    if told.get("instant") is True or (kind == "timeserieslabels" and start == end):
        raise InputError("a segment is an instant, which has no length to be shared", where, _AN_INSTANT)
    return segment_of("", start, end, str(told.get("text") or "") if "text" in told else "")


def _moment(text: str, where: str) -> float:
    """Return a date of a series in seconds from 1970; without a zone it is of UTC.

    Raises:
        InputError: it isn't told as in ISO 8601.
    """
    try:
        told = datetime.fromisoformat(text.strip())
    except ValueError as error:
        fix = "have the series tell time in numbers or as in ISO 8601: change timeFormat in the labelling interface"
        raise InputError("a segment is told in dates of a format of its own, which aren't read", where, fix) from error
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def _turn(told: Mapping[str, Any], where: str) -> Turn:
    """Return how far a region is turned, and the picture's width by its height.

    Raises:
        InputError: it is turned, and the picture's size isn't told.
    """
    turned = _number(told.get("rotation") or 0)
    if not turned:
        return Turn()
    try:
        width, height = _numbers(told, *SIZE)
    except (KeyError, TypeError, ValueError) as error:
        what = "a region is turned, and its picture's size isn't told"
        raise InputError(what, where, "export again: original_width and original_height belong to it") from error
    if not (width > 0 and height > 0):
        raise InputError("a picture has no size", where, "export again")
    return Turn(turned, width / height)


def _numbers(told: Mapping[str, Any], *names: str) -> list[float]:
    return [_number(told[name]) for name in names]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not abs(value) < _MOST:
        raise ValueError(value)
    return float(value)
