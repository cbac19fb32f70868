"""Values that are probably none: numbers far from all others, numbers and dates that stand for a missing one."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from runners.counting import counted
from runners.ingest.findings.finding import Finding
from runners.ingest.findings.ground import Ground
from runners.ingest.profile.bins import Binned, binned
from runners.tables.summary import ColumnSummary
from runners.tables.summary.numbers import Numbers

FEWEST = 50
"""Numbers below which none is called far away."""
MANY = 400
"""Numbers below which a single outlier reaches into the outer hundredth."""
FAR = 30.0
"""How many times further than the outer hundredth a number lies from the median that is an outlier."""
FAR_IN_LOGS = 3.0
"""The same of logarithms, for numbers that aren't negative: what grows by factors has a long tail by nature."""
MOST_OUTLIERS = 0.005
CODES = tuple(float(sign * code) for sign in (-1, 1) for code in (9, 99, 999, 9999, 99999, 999999, 9999999, 99999999))
"""Numbers by which files say that there is none."""
FEWEST_CODES = 3
PLACEHOLDERS = ((1900, 1, 1), (1970, 1, 1), (1899, 12, 30), (1753, 1, 1), (1, 1, 1), (9999, 12, 31), (2999, 12, 31))
"""Days by which databases and spreadsheets say that there is none: the first and the last that they know."""
EARLIEST, LATEST = datetime(1850, 1, 1, tzinfo=UTC).timestamp(), datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_DAY = 86_400.0


def of_values(ground: Ground) -> Iterator[Finding]:
    """Find values of numbers and dates that are probably none."""
    for name, column in ground.summary.columns.items():
        if not isinstance(column.figures, Numbers) or not column.figures.extremes:
            continue
        if name == ground.identifier:
            continue
        bins = binned(column.figures, column.type)
        if column.type == "datetime":
            yield from _dates(name, bins)
            continue
        codes = _codes(bins)
        yield from _sentinels(name, codes, column, shown=ground.shows(name))
        yield from _outliers(name, _without(bins, codes), shown=ground.shows(name))


def _codes(bins: Binned) -> list[tuple[float, int]]:
    """Return numbers at either end that stand for none, with their counts: repeated, and apart from all others.

    A negative code is apart where no other number is below zero, a positive one where the gap before it is wider than
    all the others together.
    """
    if len(bins.counts) < 3:
        return []
    found = []
    low, high, count = float(bins.lowest[0]), float(bins.highest[0]), int(bins.counts[0])
    code = next((c for c in CODES if low <= c <= high), None)
    if code is not None and code < 0 <= bins.lowest[1] and count >= FEWEST_CODES and code <= -9:
        found.append((code, count))
    low, high, count = float(bins.lowest[-1]), float(bins.highest[-1]), int(bins.counts[-1])
    code = next((c for c in CODES if low <= c <= high), None)
    first = float(bins.lowest[1 if found else 0])
    is_apart = code is not None and code - bins.highest[-2] > float(bins.highest[-2]) - first
    if code is not None and is_apart and code > 9 and count >= FEWEST_CODES and _stands_out(bins):
        found.append((code, count))
    return found


def _stands_out(bins: Binned) -> bool:
    """Tell whether the last number is seen more often than a tail would have it: more than its neighbour."""
    return bool(bins.counts[-1] > bins.counts[-2])


def _without(bins: Binned, codes: list[tuple[float, int]]) -> Binned:
    """Return the numbers that are no codes; these stand at the ends."""
    start = sum(code < 0 for code, _ in codes)
    end = len(bins.counts) - sum(code > 0 for code, _ in codes)
    return Binned(bins.lowest[start:end], bins.highest[start:end], bins.counts[start:end])


def _sentinels(name: str, codes: list[tuple[float, int]], column: ColumnSummary, *, shown: bool) -> Iterator[Finding]:
    for code, count in codes:
        which = f"{code:.0f}" if shown else "a number such as -999"
        yield Finding(
            "sentinel_numbers",
            "warning",
            (name,),
            f"{name} is {which} in {counted(count, 'row')} ({count / column.count:.2%}), far from all other numbers",
            f"leave these values empty at the source; columns.{name}.minimum and maximum refuse them from then on",
            {"count": count, "share": round(count / column.count, 6)} | ({"number": code} if shown else {}),
            preparation="impute",
        )


def _outliers(name: str, bins: Binned, *, shown: bool) -> Iterator[Finding]:
    total = int(bins.counts.sum())
    if total < FEWEST or len(bins.counts) < 3:
        return
    low, high = fences(bins)
    below, above = (int(bins.counts[mask].sum()) for mask in (bins.highest < low, bins.lowest > high))
    if not 0 < below + above <= max(1, MOST_OUTLIERS * total):
        return
    inside = (bins.highest >= low) & (bins.lowest <= high)
    ends = float(bins.lowest[inside][0]), float(bins.highest[inside][-1])
    far = float(bins.highest[-1]) if above else float(bins.lowest[0])
    figures = f": all others are between {ends[0]:.4g} and {ends[1]:.4g}, and {far:.4g} is one of these"
    yield Finding(
        "outliers",
        "warning",
        (name,),
        f"{counted(below + above, 'number')} of {name} {'lies' if below + above == 1 else 'lie'} far from all others"
        + (figures if shown else ""),
        f"see whether they are real; columns.{name}.minimum and maximum refuse what can't be",
        {"below": below, "above": above} | ({"low": _rounded(ends[0]), "high": _rounded(ends[1])} if shown else {}),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def fences(bins: Binned) -> tuple[float, float]:
    """Return the numbers beyond which one is an outlier: far from the median, by the outer hundredth on its side.

    That hundredth (of few rows the twentieth) says how long the tail is by nature, so that skewed numbers have a wide
    fence on the side where they need it. What isn't negative has to be far in logarithms, too.
    """
    outer = 0.01 if bins.counts.sum() >= MANY else 0.05
    (low, middle, high), _ = bins.quantiles((outer, 0.5, 1 - outer))
    lower, upper = middle - low or high - middle, high - middle or middle - low
    if not lower and not upper:
        return -math.inf, math.inf
    bottom, top = low - FAR * lower, high + FAR * upper
    if float(bins.lowest[0]) >= 0:
        shift = middle or high
        with np.errstate(over="ignore"):
            ratio = (high + shift) / (middle + shift)
            top = max(top, float((high + shift) * np.float64(ratio) ** FAR_IN_LOGS) - shift)
    return bottom, top


def _dates(name: str, bins: Binned) -> Iterator[Finding]:
    """Find placeholders among dates: the first and last days that databases know, and what nobody lives to see."""
    days = [(datetime(*day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() for day in PLACEHOLDERS]
    places = [(bins.lowest <= day + _DAY - 1) & (bins.highest >= day) for day in days]
    is_edge = [_is_edge(place, bins) for place in places]
    named = np.any([place & edge for place, edge in zip(places, is_edge, strict=True)], axis=0)
    odd = named | (bins.highest < EARLIEST) | (bins.lowest > LATEST)
    count = int(bins.counts[odd].sum())
    if not 0 < count < int(bins.counts.sum()):
        return
    yield Finding(
        "placeholder_dates",
        "warning",
        (name,),
        f"{counted(count, 'date')} of {name} {'is' if count == 1 else 'are'} the first or last day of a calendar, or "
        "beyond what people live in",
        "leave them empty at the source where they stand for none",
        {"count": count},
        preparation="impute",
    )


def _is_edge(place: Any, bins: Binned) -> bool:
    """Tell whether the days of a mask lie apart from all others: by more than a year, and at an end."""
    inside = np.flatnonzero(place)
    if not inside.size or inside.size == len(place):
        return False
    first, last, year = int(inside[0]), int(inside[-1]), 366 * _DAY
    if first == 0:
        return bool(bins.lowest[last + 1] - bins.highest[last] > year)
    return last + 1 == len(place) and bool(bins.lowest[first] - bins.highest[first - 1] > year)
