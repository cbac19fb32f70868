"""Which columns moved, and which of them in the same rows: what breaks at one place is one cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from runners.monitor.causes.attribution import Player
from runners.monitor.findings import Findings
from runners.monitor.parameters import Thresholds
from runners.monitor.parts import Parts, Places

SAME = 0.8
"""The correlation of two columns' moved rows from which on these are the same."""
COVERED = 0.5
"""The share of the reference's rows whose part of a column the window has to hold for it to be put back."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Columns that moved in the same rows. `part` is what grew most of the first one's parts, with its shares.

    `covered` is the share of the reference's rows in parts of which the window has rows, `held` that of the window's
    rows in parts of which the reference has.
    """

    player: Player
    parts: Parts
    part: int
    was: float
    now: float
    covered: float
    held: float

    @property
    def name(self) -> str:
        """Return the column that stands for all."""
        return self.player.names[0]

    @property
    def is_alien(self) -> bool:
        """Tell whether what grew is missing, or was never among the reference's rows."""
        return self.part in self.parts.alien or self.part == len(self.parts.names) - 1


def candidates(found: Findings, thresholds: Thresholds, names: Sequence[str]) -> list[str]:
    """Return which columns drift, miss values or hold unseen ones, beyond threshold and chance; the farthest first."""
    each, limits = found.rate.each, thresholds
    broken = []
    for name in names:
        told = found.quality[name]
        gaps = limits.missing_share is not None and told.missing - told.missing_reference > limits.missing_share
        unseen = limits.unseen_share is not None and told.excess > limits.unseen_share
        if (gaps and told.missing_chance < each) or (unseen and told.excess_chance < each):
            broken.append(name)
    drifted = [name for name in found.drifted if name in names]
    return list(dict.fromkeys([*drifted, *broken]))


def moved_of(names: Sequence[str], parts: Mapping[str, Parts], before: pd.DataFrame, now: pd.DataFrame) -> list[Moved]:
    """Return columns by the rows that they moved in.

    Args:
        names: the columns, the farthest first.
        parts: how each is parted; those of which nothing is known are left out.
        before: rows of the reference.
        now: rows of the window, at least one.
    """
    groups: list[list[str]] = []
    places = {name: parts[name].places(now[name]) for name in names if name in parts}
    rows = {name: place == _grown(parts[name], place)[0] for name, place in places.items()}
    for name in places:
        same = next((group for group in groups if _correlation(rows[group[0]], rows[name]) >= SAME), None)
        if same is None:
            groups.append([name])
        else:
            same.append(name)
    return [_moved(group, parts, places, before) for group in groups]


def _moved(group: list[str], parts: Mapping[str, Parts], places: Mapping[str, Places], before: pd.DataFrame) -> Moved:
    usual = tuple(parts[name].places(before[name]) for name in group)
    sizes = tuple(len(parts[name].names) for name in group)
    player = Player(tuple(group), tuple(places[name] for name in group), usual, sizes)
    shares = [(parts[name].share, parts[name].shares(places[name])) for name in group]
    covered = min(float(share[now > 0].sum()) for share, now in shares)
    held = min(float(now[share > 0].sum()) for share, now in shares)
    first = parts[group[0]]
    part, was, now = _grown(first, places[group[0]])
    return Moved(player, first, part, was, now, covered, held)


def _grown(parts: Parts, places: Places) -> tuple[int, float, float]:
    shares = parts.shares(places)
    part = int(np.argmax(shares - parts.share))
    return part, float(parts.share[part]), float(shares[part])


def _correlation(first: Places, second: Places) -> float:
    if first.all() and second.all():
        return 1.0
    if first.all() or second.all() or not first.any() or not second.any():
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])
