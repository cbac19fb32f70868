"""How a column is spread, by what the profile of a version tells of it or by its values; and how far two are apart."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from runners.monitor.binning import Counts
from runners.monitor.causes.curve import Curve, certain_distance, of_bars, of_counts, of_numbers
from runners.monitor.chance import jensen_shannon, limit, of_excess
from runners.monitor.columns import tally, text_of

LEVEL = 0.001
"""How often chance takes a version for one that moved."""
FEWEST = 30
"""Values below which a column isn't compared."""
MOST_ROWS = 2**53


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of a column are spread: `classes` counts them, and the rest of `count` are others; or `curve`."""

    count: int
    missing: int
    classes: Mapping[str, int] | None = None
    curve: Curve | None = None

    @property
    def missing_share(self) -> float:
        """Return the share of missing values."""
        return self.missing / max(1, self.count + self.missing)

    def numeric(self) -> Curve | None:
        """Return the curve of numbers; None of classes that are none, or that aren't all told."""
        if self.curve is not None or self.classes is None:
            return self.curve
        try:
            values = {float(name): times for name, times in self.classes.items()}
        except ValueError:
            return None
        return of_counts(values) if values and sum(values.values()) == self.count else None


def of_profile(told: Any) -> Spread | None:
    """Read how a column is spread off its part of a profile; None where that isn't as a profile has it."""
    if not isinstance(told, Mapping):
        return None
    count, missing = told.get("count"), told.get("missing")
    if not _is_count(count) or not _is_count(missing):
        return None
    found = Spread(count, missing, _classes(told))
    if found.classes is None and told.get("type") in ("integer", "number"):
        found = replace(found, curve=of_bars(told.get("histogram"), told.get("quantiles")))
    return found


def of_values(values: "pd.Series[Any]", *, is_number: bool) -> Spread:
    """Return how values are spread."""
    missing = int(values.isna().sum())
    count = len(values) - missing
    if not is_number:
        return Spread(count, missing, {spelled(name): int(times) for name, times in tally(values).items()})
    return Spread(count, missing, None, of_numbers(values.dropna().to_numpy(float)) if count else None)


def distance(before: Spread, now: Spread) -> tuple[float, float] | None:
    """Return how far values are apart (Jensen-Shannon), and what chance makes of it; None where that isn't known.

    The distance is 0 where half of it may come of what lies between the points that a profile tells.
    """
    if min(before.count, now.count) < FEWEST:
        return None
    if before.classes is not None and now.classes is not None:
        counts = _of_classes(before, now)
        return float(jensen_shannon(*counts)), limit(*counts, LEVEL, 0)
    first, second = before.numeric(), now.numeric()
    if first is None or second is None:
        return None
    cuts = first.cuts()
    counts = _counts(first, cuts, before.count), _counts(second, cuts, now.count)
    told = float(jensen_shannon(*counts))
    return told if certain_distance(first, second) >= told / 2 else 0.0, limit(*counts, LEVEL, 0)


def more_missing(before: Spread, now: Spread) -> tuple[float, float]:
    """Return by how much more values are missing, and the chance of that."""
    rows = [(one.missing, one.count + one.missing) for one in (now, before)]
    return now.missing_share - before.missing_share, of_excess(rows[0], rows[1])


def _counts(curve: Curve, cuts: Any, count: int) -> Counts:
    shares = np.diff(np.concatenate([[0.0], curve.line(cuts), [1.0]]))
    return np.asarray(np.rint(shares.clip(0) * count), np.int64)


def _of_classes(before: Spread, now: Spread) -> tuple[Counts, Counts]:
    """Count the same classes of both; where some aren't told one by one, those that both tell, and all others."""
    first, second = before.classes or {}, now.classes or {}
    is_whole = all(sum((one.classes or {}).values()) == one.count for one in (before, now))
    names = sorted({*first, *second} if is_whole else {*first} & {*second})
    told = [np.array([side.get(name, 0) for name in names], np.int64) for side in (first, second)]
    rests = [max(0, one.count - int(side.sum())) for one, side in zip((before, now), told, strict=True)]
    return np.append(told[0], rests[0]), np.append(told[1], rests[1])


def _classes(told: Mapping[str, Any]) -> dict[str, int] | None:
    """Return the counts of classes; None where they are estimates, or a profile tells none."""
    top, bounds = told.get("top"), told.get("bounds")
    if not isinstance(top, list) or not top or (isinstance(bounds, Mapping) and "top" in bounds):
        return None
    found: Counter[str] = Counter()
    for one in top:
        if not isinstance(one, Mapping) or not _is_count(one.get("count")) or one.get("value") is None:
            return None
        found[spelled(one["value"])] += one["count"]
    return dict(found) if found.total() <= told["count"] else None


def spelled(value: Any) -> str:
    """Return a class as it is compared: `true` is True, and 1.0 is 1."""
    text = str(text_of(value))
    return text.lower() if text.lower() in ("true", "false") else text


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_ROWS
