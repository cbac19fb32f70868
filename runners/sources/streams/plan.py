"""What one reading of a stream is to bring: from where to where in each partition, and what is lost before that.

Pure: bounds and positions in, ranges and gaps out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from runners.contract import InputError
from runners.sources.streams.log import Bounds, Place
from runners.sources.streams.position import Gap, Position


@dataclass(frozen=True)
class Plan:
    """The ranges to be read, the longest first, the gaps before them, and how many offsets are left for later."""

    ranges: Mapping[Place, Bounds]
    gaps: tuple[Gap, ...]
    left: int


def plan(
    now: Mapping[Place, Bounds],
    starts: Mapping[Place, int],
    ends: Mapping[Place, int],
    former: Position | None,
    most: int,
) -> Plan:
    """Say what to read.

    Args:
        now: which offsets there are.
        starts: where to begin in partitions of which nothing was read.
        ends: where to end at the latest.
        former: what was read before.
        most: how many offsets to read in all.

    Raises:
        InputError: a partition ends before what was read of it: it is another one.
    """
    ranges, gaps = {}, []
    for place, bounds in now.items():
        known = former.ranges.get(place) if former else None
        start = known.end if known else starts[place]
        if known and bounds.end < known.end:
            what = f"{place} ends at offset {bounds.end:,}, and it was read up to {known.end:,}"
            fix = (
                "it was made anew, or its servers lost messages: begin anew by another `start`, or a dataset of its own"
            )
            raise InputError(what, "source.stream.topics", fix)
        if known and bounds.first > start:
            gaps.append(Gap(place, start, bounds.first))
        start = max(start, bounds.first)
        ranges[place] = Bounds(start, max(start, min(bounds.end, ends.get(place, bounds.end))))
    return _within(ranges, tuple(gaps), most)


def _within(ranges: Mapping[Place, Bounds], gaps: tuple[Gap, ...], most: int) -> Plan:
    """Give each partition its share of what may be read; what a short one leaves, the longer ones share."""
    sizes = {place: one.end - one.first for place, one in ranges.items()}
    shares, room = {}, most
    for number, place in enumerate(sorted(sizes, key=lambda one: (sizes[one], one))):
        shares[place] = min(sizes[place], -(-room // (len(sizes) - number)))
        room -= shares[place]
    longest = sorted(ranges, key=lambda one: (-shares[one], one))
    found = {place: Bounds(ranges[place].first, ranges[place].first + shares[place]) for place in longest}
    return Plan(found, gaps, sum(sizes.values()) - sum(shares.values()))
