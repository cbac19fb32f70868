"""How far a stream was read: for each partition the offsets from which and up to which, as it stands in the manifest.

    {"stream": {"topics": {"payments": {"0": [0, 1200]}}, "ids": {"payments": "mZq…"}, "asked": "9f2c…", …}}

`topics` is all that the version's rows are of: [start, end), so that the next reading begins at each end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from runners.contract.mistakes import as_written
from runners.sources.streams.log import Bounds, Place

MOST_NOTES = 1000
"""Gaps, and messages that couldn't be read, that a manifest tells one by one; the others are counted."""


class Gap(NamedTuple):
    """Offsets that were dropped before they were read."""

    place: Place
    start: int
    end: int


class Poison(NamedTuple):
    """A message that couldn't be read, and why: in words that hold nothing of its value."""

    place: Place
    offset: int
    why: str


@dataclass(frozen=True)
class Position:
    """What was read of a stream by all versions up to one.

    `asked` digests what rows follow from. `ids` tell the topics from others of their names. `skipped` counts the
    messages that couldn't be read; of these, and of the gaps, the newest are told one by one.
    """

    ranges: Mapping[Place, Bounds]
    ids: Mapping[str, str]
    asked: str
    skipped: int = 0
    poison: Sequence[Poison] = field(default=())
    gaps: Sequence[Gap] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Write it for a manifest."""
        topics: dict[str, dict[str, list[int]]] = {}
        for place, bounds in sorted(self.ranges.items()):
            topics.setdefault(place.topic, {})[str(place.partition)] = [*bounds]
        told = {"topics": topics, "ids": dict(self.ids), "asked": self.asked, "skipped": self.skipped}
        told["poison"] = [[*one.place, one.offset, one.why] for one in self.poison[-MOST_NOTES:]]
        told["gaps"] = [[*one.place, one.start, one.end] for one in self.gaps[-MOST_NOTES:]]
        return {"stream": told}


def from_json(read: Mapping[str, Any]) -> Position | None:
    """Read what `as_json` wrote; None where nothing of a stream is told.

    Raises:
        ValueError: it can't be understood.
    """
    if (told := read.get("stream")) is None:
        return None
    try:
        ranges = {
            Place(str(topic), _whole(int(partition))): _bounds(*found)
            for topic, partitions in told["topics"].items()
            for partition, found in partitions.items()
        }
        ids = {str(topic): str(one) for topic, one in told["ids"].items()}
        poison = [Poison(Place(str(t), _whole(p)), _whole(offset), str(why)) for t, p, offset, why in told["poison"]]
        gaps = [Gap(Place(str(t), _whole(p)), *_bounds(start, end)) for t, p, start, end in told["gaps"]]
        return Position(ranges, ids, str(told["asked"]), _whole(told["skipped"]), poison, gaps)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("how far the stream was read isn't told as it should be") from error


def _bounds(start: Any, end: Any) -> Bounds:
    if _whole(start) > _whole(end):
        raise ValueError(f"a range of a stream ends before it starts: {start}, {end}")
    return Bounds(start, end)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise ValueError(f"{as_written(value)} is no offset")
    return value
