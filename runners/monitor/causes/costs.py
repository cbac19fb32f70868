"""What moved columns cost: each group's part of the estimated drop, and the part of a column that carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.causes.attribution import Worth, attributed, single
from runners.monitor.causes.losses import Expected, expected_of
from runners.monitor.causes.moved import COVERED, Moved, candidates, moved_of
from runners.monitor.causes.parts import Parts, parts_of
from runners.monitor.findings import Findings
from runners.monitor.parameters import Thresholds
from runners.monitor.performance import ERRORS, Performance
from runners.monitor.reference import PREDICTION, Reference
from runners.monitor.tables import Tables

MOST_ROWS, MOST_COLUMNS, MOST_PLAYERS = 8_000, 24, 5
"""Rows of the window and of the reference, columns, and groups of them that are tried in all coalitions."""
WHOLE = 0.95
"""The share of the reference's rows from which on a column is put back as good as whole."""
FEWEST_ROWS = 40
"""Rows of the window below which nothing is put back: two for each group that is left out in turn."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a group of moved columns costs, in the unit of the drop; None where that can't be told, which `why` says."""

    moved: Moved
    metric: str = ""
    worth: Worth | None = None
    why: str = ""
    part: int = 0
    was: float = 0.0
    now: float = 0.0


def costs_of(reference: Reference, tables: Tables, found: Findings, thresholds: Thresholds, seed: int) -> list[Cost]:
    """Return what the columns that moved cost, the dearest first, and then those of which it can't be told.

    Where none moved beyond its threshold and the estimated performance fell, all columns are tried, the farthest first.
    """
    inputs = {one.name: one for one in reference.columns}
    names = candidates(found, thresholds, list(inputs))
    if not names and fell(found, thresholds):
        names = [name for name in found.by_distance() if name in inputs]
    names = names[:MOST_COLUMNS]
    if not names:
        return []
    before = tables.sample.head(MOST_ROWS)
    parts = {name: one for name in inputs if (one := parts_of(tables.reference[name], inputs[name]))}
    now = _drawn(_answered(reference, tables.now), seed)
    expected = _expected(reference, found, tables.sample, now, parts)
    if expected is None or len(now) < FEWEST_ROWS:
        why = "how right the answers are isn't estimated" if expected is None else "the window has too few rows"
        return [_untold(one, why) for one in moved_of(names, parts, before, _drawn(tables.now, seed))]
    moved = moved_of(names, parts, before, now)
    performance, metric, told = expected
    return sorted(_costs(moved, performance, metric, told, thresholds.false_alarms), key=_rank)


def fell(found: Findings, thresholds: Thresholds) -> bool:
    """Tell whether the estimated performance fell by more than the threshold, and more than chance explains."""
    first = next(iter(found.performance), None)
    drop = first.drop(is_realized=False) if first else None
    error = first.error(is_realized=False) if first else None
    allowed = thresholds.estimated_drop
    return drop is not None and allowed is not None and drop > allowed and drop > 2 * (error or 0.0)


def _rank(cost: Cost) -> tuple[bool, float]:
    return cost.worth is None, -(cost.worth.gain if cost.worth else cost.moved.now - cost.moved.was)


def _untold(moved: Moved, why: str, metric: str = "") -> Cost:
    return Cost(moved, metric, None, why, moved.part, moved.was, moved.now)


def _answered(reference: Reference, rows: pd.DataFrame) -> pd.DataFrame:
    if PREDICTION not in rows:
        return rows.head(0)
    return rows[rows[[PREDICTION, *reference.probabilities]].notna().all(axis=1)]


def _drawn(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    if len(rows) <= MOST_ROWS:
        return rows.reset_index(drop=True)
    at = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS])
    return rows.iloc[at].reset_index(drop=True)


def _expected(
    reference: Reference, found: Findings, before: pd.DataFrame, now: pd.DataFrame, parts: Mapping[str, Parts]
) -> tuple[Performance, str, Expected] | None:
    """Return what is expected of the first of the report's estimated metrics that rows can be weighed for."""
    for one in found.performance if len(now) else ():
        told = expected_of(reference, before, now, one.metric, parts) if one.estimated else None
        if told:
            by_name = {each.metric: each for each in found.performance}
            return by_name.get(told[0], one), *told
    return None


def _costs(moved: Sequence[Moved], performance: Performance, metric: str, told: Expected, rate: float) -> list[Cost]:
    """Put the groups back: those that alone gain most in all coalitions, the others not, which is said of them."""
    sign = -1.0 if metric in ERRORS else 1.0
    unit = abs(performance.reference or 1.0) if metric in ERRORS and metric == performance.metric else 1.0
    back = [one for one in moved if one.covered >= COVERED]
    gains = {id(one): single(one.player, told, sign) for one in back}
    back = sorted((one for one in back if not isnan(gains[id(one)])), key=lambda one: -gains[id(one)])
    tried, wide = back[:MOST_PLAYERS], rate * min(MOST_PLAYERS, len(back)) / max(1, len(back))
    worths = attributed([one.player for one in tried], told, sign, wide)
    found, influence = [], sign * told.influence()
    for one, worth in zip(tried, worths, strict=True):
        if worth is None:
            found.append(_untold(one, "too few rows have its usual values", metric))
            continue
        if _partly(one) and not worth.is_beyond_noise:  # what its lost values cost isn't seen
            found.append(_untold(one, _partly(one), metric))
            continue
        scaled = Worth(*(value / unit for value in (worth.gain, worth.low, worth.high)))
        found.append(Cost(one, metric, scaled, _partly(one), *_carrier(one, influence)))
    later = [_untold(one, "others cost more, and no more are put back at once", metric) for one in back[MOST_PLAYERS:]]
    gone = [_untold(one, "too few rows have its usual values", metric) for one in moved if one not in back]
    return [*found, *later, *gone]


def _partly(moved: Moved) -> str:
    """Say how far a group was put back, where not all of its usual values still come."""
    return "" if moved.covered >= WHOLE else f"only values of {moved.covered:.0%} of the test rows still come"


def _carrier(moved: Moved, influence: Any) -> tuple[int, float, float]:
    """Return the part of the first column that costs most: by how much more of it there is, and how bad its rows are.

    It is the part that grew most where none costs anything.
    """
    parts, places = moved.parts, moved.player.now[0]
    shares, counts = parts.shares(places), np.bincount(places, minlength=len(parts.names))
    mean = np.bincount(places, influence, minlength=len(parts.names)) / np.maximum(1, counts)
    lost = -(shares - parts.share) * mean
    lost[shares <= parts.share] = 0.0
    at = int(np.argmax(lost)) if lost.max() > 0 else moved.part
    return at, float(parts.share[at]), float(shares[at])
