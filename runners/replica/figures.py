"""Figures with one-sided bounds: with the confidence that was asked for each, the truth is above `low`, below `high`.

No shape of the distribution is taken for granted: the bounds of a quantile are order statistics, those of a share are
exact (Clopper and Pearson), and those of a rate come from the means of blocks of time (Student).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy import stats

BLOCKS = 20
"""Spans of time that a rate is counted in."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its bounds, and the number of rows or requests that it is of. None is what can't be known."""

    value: float | None
    low: float | None
    high: float | None
    count: int

    def as_dict(self) -> dict[str, float | None]:
        """Return it for JSON."""
        return asdict(self)


def exact(value: float) -> Figure:
    """Return a figure that is no sample's."""
    return Figure(value, value, value, 1)


def quantile(seconds: Sequence[float], share: float, confidence: float) -> Figure:
    """Return a quantile of how long requests took, where one that wasn't answered took for ever."""
    ordered, count = np.sort(np.asarray(seconds, np.float64)), len(seconds)
    if not count:
        return Figure(None, None, None, 0)
    place = int(np.ceil(share * count)) - 1
    below = int(stats.binom.ppf(1 - confidence, count, share)) - 1
    above = int(stats.binom.ppf(confidence, count, share))
    return Figure(_at(ordered, place), _at(ordered, below), _at(ordered, above), count)


def _at(ordered: np.ndarray[tuple[int], np.dtype[np.float64]], place: int) -> float | None:
    value = float(ordered[place]) if 0 <= place < len(ordered) else np.inf
    return value if np.isfinite(value) else None


def share(good: int, count: int, confidence: float) -> Figure:
    """Return the share of rows that are good."""
    if not count:
        return Figure(None, None, None, 0)
    low = float(stats.beta.ppf(1 - confidence, good, count - good + 1)) if good else 0.0
    high = float(stats.beta.ppf(confidence, good + 1, count - good)) if good < count else 1.0
    return Figure(good / count, low, high, count)


def rate(moments: Sequence[float], seconds: float, confidence: float) -> Figure:
    """Return how many of some moments from 0 on there are in a second."""
    counts, _ = np.histogram(np.asarray(moments, np.float64), bins=BLOCKS, range=(0.0, seconds))
    each = counts / (seconds / BLOCKS)
    error = float(stats.t.ppf(confidence, BLOCKS - 1) * each.std(ddof=1) / np.sqrt(BLOCKS))
    value = float(each.mean())
    return Figure(value, max(0.0, value - error), value + error, int(counts.sum()))
