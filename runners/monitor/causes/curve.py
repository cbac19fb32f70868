"""What is known of how numbers are spread: points, and how many of the numbers lie below each, at least and at most.

Between two points nobody knows where numbers lie. So there are two answers: on a straight line, and for certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from runners.monitor.chance import jensen_shannon

Numbers = np.ndarray[Any, np.dtype[np.float64]]

PARTS = 12
"""Parts that numbers are compared in, at the most."""
_WHOLE = 1e9
_SAMPLED = 200
"""Points that are kept of values themselves."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in their order, below which at least `least` and at most `most` of the numbers lie; `told` is in between.

    None of them ever falls.
    """

    ends: Numbers
    least: Numbers
    most: Numbers
    told: Numbers

    def below(self, points: Numbers) -> tuple[Numbers, Numbers]:
        """Return the least and the most share of numbers that may lie below points."""
        before = np.searchsorted(self.ends, points, side="right") - 1
        after = np.searchsorted(self.ends, points, side="left")
        low = np.where(before >= 0, self.least[np.maximum(before, 0)], 0.0)
        high = np.where(after < len(self.ends), self.most[np.minimum(after, len(self.ends) - 1)], 1.0)
        return low, np.maximum(low, high)

    def line(self, points: Numbers) -> Numbers:
        """Return the share of numbers below points, on straight lines between those that are known."""
        low, high = self.below(points)
        told = np.interp(points, self.ends, self.told, left=0.0, right=1.0)
        return np.maximum.accumulate(np.clip(told, low, high))

    def cuts(self) -> Numbers:
        """Return points that cut the numbers into parts of about as many each, and their ends."""
        shares = self.line(self.ends)
        at = np.searchsorted(shares, np.arange(PARTS + 1) / PARTS).clip(0, len(shares) - 1)
        return np.unique(self.ends[at])


def _curve(points: Sequence[tuple[float, float, float, float]]) -> Curve:
    ordered = np.array(sorted(points), dtype=float)
    most = np.minimum.accumulate(ordered[::-1, 2])[::-1]
    least = np.minimum(np.maximum.accumulate(ordered[:, 1]), most)
    return Curve(ordered[:, 0], least, most, np.maximum.accumulate(ordered[:, 3].clip(least, most)))


def of_counts(values: Mapping[float, int]) -> Curve:
    """Return the curve of numbers that are counted one by one, at least one."""
    numbers = np.array(sorted(values))
    through = np.cumsum([values[number] for number in numbers.tolist()])
    below = np.concatenate([[0], through[:-1]]) / through[-1]
    shares = np.column_stack([below, through / through[-1]]).ravel()
    return Curve(np.column_stack([numbers, np.nextafter(numbers, np.inf)]).ravel(), shares, shares, shares)


def of_numbers(values: Numbers) -> Curve:
    """Return the curve of numbers, at least one, by some of them."""
    ordered = np.sort(values)
    kept = np.unique(ordered[np.unique(np.linspace(0, len(ordered) - 1, _SAMPLED).astype(int))])
    ends = np.unique(np.concatenate([kept, np.nextafter(kept, np.inf)]))
    below = np.searchsorted(ordered, ends, side="left") / len(ordered)
    return Curve(ends, below, below, below)


def of_bars(bars: Any, quantiles: Any) -> Curve | None:
    """Return the curve that bars and quantiles of a profile tell; None where they aren't as a profile has them.

    How many numbers lie below the edge of a bar is known; below a quantile no more than its share lie, up to it no
    fewer. The edges are written with ten digits, which counts as no difference.
    """
    edges, counts = (bars.get("edges"), bars.get("counts")) if isinstance(bars, Mapping) else (None, None)
    if not are_numbers(edges) or not are_numbers(counts) or len(edges) != len(counts) + 1:
        return None
    if min(counts) < 0 or not sum(counts) or sorted(edges) != edges:
        return None
    below = (np.concatenate([[0.0], np.cumsum(counts)]) / sum(counts)).tolist()
    points = [(float(edge), share, share, share) for edge, share in zip(edges[:-1], below[:-1], strict=True)]
    points.append((float(np.nextafter(edges[-1], np.inf)), 1.0, 1.0, 1.0))
    for name, value in quantiles.items() if isinstance(quantiles, Mapping) else ():
        share = _share(name)
        if share is not None and are_numbers([value]):
            points += [(float(value), 0.0, share, share), (float(np.nextafter(value, np.inf)), share, 1.0, share)]
    return _curve(points)


def certain_distance(first: Curve, second: Curve) -> float:
    """Return a Jensen-Shannon distance that there is at least, wherever numbers lie between the points.

    Parts that are put together are never farther apart than they were (data processing): so that of the two parts below
    and above any one point is a bound, and the highest of them is told.
    """
    points = np.unique(np.concatenate([first.ends, second.ends]))
    (low, high), (least, most) = first.below(points), second.below(points)
    here = np.where(most < low, low, high)
    there = np.where(most < low, most, np.where(least > high, least, here))
    pairs = [np.rint(np.column_stack([share, 1 - share]) * _WHOLE).astype(np.int64) for share in (here, there)]
    return float(jensen_shannon(*pairs).max())


def _share(name: Any) -> float | None:
    try:
        share = float(name)
    except (TypeError, ValueError):
        return None
    return share if 0.0 <= share <= 1.0 else None


def are_numbers(values: Any) -> TypeGuard[list[float]]:
    """Tell whether values are a list of finite numbers, and not empty."""
    if not isinstance(values, list) or not values:
        return False
    return all(isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < 1e300 for one in values)
