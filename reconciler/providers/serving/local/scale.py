"""Following the load: how many replicas are wanted, by how many requests come. Pure functions.

More are wanted at once, fewer only after a calm while, and then as many as the busiest moment of that while needed.
With a minimum of 0 the last replica goes after a calm while too; the first request brings it back, and waits for it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from reconciler.model.kinds.deployments import Replicas

CALM = 60.0
"""Seconds after which fewer replicas are wanted."""
SPAN = 5.0
"""Seconds over which requests are counted to a rate."""


class Moment(NamedTuple):
    """What had been counted of a revision at a time: requests answered since its begin, and those under way now."""

    at: float
    requests: float
    under_way: float = 0.0


def needed(rate: float, under_way: float, bounds: Replicas) -> int:
    """Return how many replicas take a load of so many requests a second, within the bounds."""
    least = 1 if rate > 0 or under_way > 0 else 0
    return min(max(math.ceil(rate / bounds.target_rps), least, bounds.minimum), bounds.maximum)


def rate_at(moments: Sequence[Moment], index: int) -> float:
    """Return the requests a second of the span that ends with a moment."""
    end = moments[index]
    begin = next((m for m in reversed(moments[:index]) if m.at <= end.at - SPAN), moments[0])
    seconds = max(end.at - begin.at, SPAN)
    return max(end.requests - begin.requests, 0.0) / seconds


def follow(current: int, moments: Sequence[Moment], bounds: Replicas) -> int:
    """Return how many replicas are wanted.

    Args:
        current: how many are wanted now.
        moments: what was counted, oldest first; `CALM + SPAN` seconds of it are enough.
        bounds: the least and the most replicas, and the load that one takes.
    """
    held = min(max(current, bounds.minimum), bounds.maximum)
    if not moments:
        return held
    now = moments[-1].at
    newest = needed(rate_at(moments, len(moments) - 1), moments[-1].under_way, bounds)
    if newest >= held:
        return newest
    if now - moments[0].at < CALM:
        return held
    recent = [i for i, moment in enumerate(moments) if moment.at >= now - CALM]
    return min(held, max(needed(rate_at(moments, i), moments[i].under_way, bounds) for i in recent))
