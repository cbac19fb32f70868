"""How good the estimates were, once outcomes tell: the estimate of each former window beside what came true in it."""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import NamedTuple

from scipy import special

from runners.monitor.figures import Figure, Part

NEWEST, FEWEST = 20, 3
"""Windows that are looked back at, the newest; and how many an interval takes."""
COVERED = 0.8
"""The share of a window's rows whose outcome has to be known: those that come first may not be like the others."""


class Known(NamedTuple):
    """A window whose outcomes are known: what was estimated of it, what came true, its rows, and other estimates."""

    estimated: float
    realized: float
    rows: int
    weighted: float | None = None
    multicalibrated: float | None = None


class OtherPart(Part):
    """How far another estimate was off, over the windows that it was told of, and the first one over the same."""

    name: str
    windows: int
    off: Figure = None
    first: Figure = None


class TrackPart(Part):
    """How far estimates were from what came true, over some windows.

    `bias` is by how much they were too high on average, `low` to `high` its interval of 95 %, `off` how far they were
    on average in either direction, and `worst` at most.
    """

    windows: int
    rows: int
    bias: Figure = None
    low: Figure = None
    high: Figure = None
    off: Figure = None
    worst: Figure = None
    others: tuple[OtherPart, ...] = ()

    def sentence(self, metric: str) -> str:
        """Tell it in words."""
        return " ".join([self._first(metric), *map(_of_other, self.others)])

    def _first(self, metric: str) -> str:
        spans = f"the newest {self.windows} windows" if self.windows > 1 else "the one window"
        told = (
            f"Of {spans} whose outcomes are known, {self.rows:,} rows, the estimated {metric} was off by {self.off:.2g}"
        )
        if self.windows > 1:
            told += f" on average, by {self.worst:.2g} at most"
        if self.low is None or self.high is None or self.bias is None:
            return f"{told}."
        if self.low <= 0 <= self.high:
            return f"{told}; neither too high nor too low beyond noise ({self.low:.2g} to {self.high:.2g})."
        way = "high" if self.bias > 0 else "low"
        low, high = sorted((abs(self.low), abs(self.high)))
        return f"{told}, and too {way} by {abs(self.bias):.2g} ({low:.2g} to {high:.2g})."


def _of_other(one: OtherPart) -> str:
    windows = f"{one.windows} windows" if one.windows > 1 else "1 window"
    return f"{one.name}, it was off by {one.off:.2g} in {windows}, where the first estimate was by {one.first:.2g}."


def _others(windows: Sequence[Known]) -> Iterator[OtherPart]:
    for name, field in (("By weights", "weighted"), ("Multicalibrated", "multicalibrated")):
        told = [(getattr(one, field), one) for one in windows if getattr(one, field) is not None]
        if told:
            off = sum(abs(value - one.realized) for value, one in told) / len(told)
            first = sum(abs(one.estimated - one.realized) for _, one in told) / len(told)
            yield OtherPart(name=name, windows=len(told), off=off, first=first)


def tracked(windows: Sequence[Known]) -> TrackPart | None:
    """Return how good estimates were of the newest windows; None where no outcomes tell."""
    known = windows[-NEWEST:]
    if not known:
        return None
    gaps = [one.estimated - one.realized for one in known]
    bias, count = sum(gaps) / len(gaps), len(gaps)
    ends: tuple[float | None, float | None] = (None, None)
    if count >= FEWEST:
        spread = sqrt(sum((gap - bias) ** 2 for gap in gaps) / (count - 1) / count)
        width = float(special.stdtrit(count - 1, 0.975)) * spread
        ends = bias - width, bias + width
    sizes = [abs(gap) for gap in gaps]
    rows = sum(one.rows for one in known)
    return TrackPart(
        windows=count,
        rows=rows,
        bias=bias,
        low=ends[0],
        high=ends[1],
        off=sum(sizes) / count,
        worst=max(sizes),
        others=tuple(_others(known)),
    )
