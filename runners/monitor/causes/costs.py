"""What moved columns cost: each group's part of the estimated drop, and the part of a column that carries it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from runners.monitor.causes.attribution import Worth, attributed, single
from runners.monitor.causes.moved import COVERED, Moved, candidates, moved_of
from runners.monitor.findings import Findings
from runners.monitor.losses import Estimate, estimates_of
from runners.monitor.parameters import Thresholds
from runners.monitor.parts import Places, parts_of
from runners.monitor.performance import ERRORS, TARGET, Performance
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
    """What a group of moved columns costs, in the unit of the drop; None where that can't be told, which `why` says.

    Of one that `is_cheaper` only so much is known: that others cost more.
    """

    moved: Moved
    metric: str = ""
    worth: Worth | None = None
    why: str = ""
    part: int = 0
    was: float = 0.0
    now: float = 0.0
    is_cheaper: bool = False


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
    parts = {name: one for name in inputs if (one := parts_of(tables.reference[name], inputs[name], len(tables.now)))}
    before, now = (
        _known(reference, tables.sample).head(MOST_ROWS),
        _drawn(tables.now, _answered(reference, tables.now), seed),
    )
    told = _estimates(reference, found, before, now)
    if told is None or len(now) < FEWEST_ROWS:
        why = "how right the answers are isn't estimated" if told is None else "the window has too few rows"
        rows = tables.sample.head(MOST_ROWS), _drawn(tables.now, np.arange(len(tables.now)), seed)
        return [_untold(one, why) for one in moved_of(names, parts, *rows)]
    moved = moved_of(names, parts, before, now)
    return sorted(_costs(moved, *told, thresholds.false_alarms), key=_rank)


def fell(found: Findings, thresholds: Thresholds) -> bool:
    """Tell whether the estimated performance fell by more than the threshold, and more than chance explains."""
    first = next(iter(found.performance), None)
    drop = first.drop(is_realized=False) if first else None
    error = first.error(is_realized=False) if first else None
    allowed = thresholds.estimated_drop
    return drop is not None and allowed is not None and drop > allowed and drop > 2 * (error or 0.0)


def _rank(cost: Cost) -> tuple[bool, bool, float]:
    """Return by what costs are ordered: the dearest, then what may cost anything, the farthest first, then the rest."""
    return cost.worth is None, cost.is_cheaper, -cost.worth.gain if cost.worth else 0.0


def _untold(moved: Moved, why: str, metric: str = "") -> Cost:
    return Cost(moved, metric, None, why, moved.part, moved.was, moved.now)


def _known(reference: Reference, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the reference with a whole answer and its outcome."""
    if TARGET not in rows or PREDICTION not in rows:
        return rows
    return rows.dropna(subset=[TARGET, PREDICTION, *reference.probabilities]).reset_index(drop=True)


def _answered(reference: Reference, rows: pd.DataFrame) -> Any:
    """Return the places of the rows with a whole answer."""
    if PREDICTION not in rows:
        return np.zeros(0, dtype=int)
    return np.flatnonzero(rows[[PREDICTION, *reference.probabilities]].notna().all(axis=1).to_numpy())


def _drawn(rows: pd.DataFrame, places: Any, seed: int) -> pd.DataFrame:
    """Return rows at these places, some of them by chance where they are many; the others aren't copied."""
    if len(places) > MOST_ROWS:
        places = places[np.sort(np.random.default_rng(seed).permutation(len(places))[:MOST_ROWS])]
    return rows.take(places).reset_index(drop=True)


def _estimates(
    reference: Reference, found: Findings, before: pd.DataFrame, now: pd.DataFrame
) -> tuple[Performance, tuple[Estimate, ...]] | None:
    """Return what is expected of the first of the report's estimated metrics that rows can be weighed for."""
    for one in found.performance if len(now) else ():
        told = estimates_of(reference, before, now, one.metric) if one.estimated else ()
        if told:
            by_name = {each.metric: each for each in found.performance}
            return by_name.get(told[0].metric, one), told
    return None


def _shared(moved: Sequence[Moved], estimate: Estimate) -> dict[str, float]:
    """Return for each group what share of the rows has values that those which are weighed have, too."""
    return {one.name: one.held if estimate.is_of_reference else one.covered for one in moved}


def _costs(moved: Sequence[Moved], performance: Performance, estimates: Sequence[Estimate], rate: float) -> list[Cost]:
    """Put the groups back: those that alone gain most in all coalitions, the others not, which is said of them.

    The window's rows are weighed, or the reference's, where those hold more of the values that are needed.
    """
    estimate = max(estimates, key=lambda one: sum(_shared(moved, one).values()))
    shared = _shared(moved, estimate)
    metric, expected = estimate.metric, estimate.expected
    sign = -1.0 if metric in ERRORS else 1.0
    way = -sign if estimate.is_of_reference else sign
    players = {one.name: one.player.turned if estimate.is_of_reference else one.player for one in moved}
    gains = {one.name: single(players[one.name], expected, way) for one in moved if shared[one.name] >= COVERED}
    back = sorted((one for one in moved if isfinite(gains.get(one.name, nan))), key=lambda one: -gains[one.name])
    tried, wide = back[:MOST_PLAYERS], rate * min(MOST_PLAYERS, len(back)) / max(1, len(back))
    worths = attributed([players[one.name] for one in tried], expected, way, wide)
    unit = abs(performance.reference or 1.0) if metric in ERRORS and metric == performance.metric else 1.0
    influence = sign * expected.influence()
    found = [
        _cost(one, worth, _partly(shared[one.name]), (metric, unit), _carrier(one, players[one.name].now[0], influence))
        for one, worth in zip(tried, worths, strict=True)
    ]
    why = "others cost more, and no more are put back at once"
    later = [replace(_untold(one, why, metric), is_cheaper=True) for one in back[MOST_PLAYERS:]]
    gone = [_untold(one, "too few rows have its usual values", metric) for one in moved if one not in back]
    return [*found, *later, *gone]


def _cost(
    moved: Moved, worth: Worth | None, partly: str, measure: tuple[str, float], part: tuple[int, float, float]
) -> Cost:
    """Return what a group costs, in units of the drop; what is told `partly` may cost more than is seen."""
    metric, unit = measure
    if worth is None or (partly and not worth.is_beyond_noise):
        return _untold(moved, partly or "too few rows have its usual values", metric)
    scaled = Worth(worth.gain / unit, worth.low / unit, worth.high / unit)
    return Cost(moved, metric, scaled, partly, *part)


def _partly(shared: float) -> str:
    """Say how far rows could be weighed, where not all values are among the window's and the reference's."""
    return "" if shared >= WHOLE else f"only {shared:.0%} of the rows have values that come before and now"


def _carrier(moved: Moved, places: Places, influence: Any) -> tuple[int, float, float]:
    """Return the part of the first column that costs most: by how much more of it there is, and how bad its rows are.

    It is the part that grew most where none costs anything. `places` and `influence` are of the rows that are weighed.
    """
    parts = moved.parts
    shares, counts = parts.shares(moved.player.now[0]), np.bincount(places, minlength=len(parts.names))
    mean = np.bincount(places, influence, minlength=len(parts.names)) / np.maximum(1, counts)
    lost = -(shares - parts.share) * mean
    lost[shares <= parts.share] = 0.0
    at = int(np.argmax(lost)) if lost.max() > 0 else moved.part
    return at, float(parts.share[at]), float(shares[at])
