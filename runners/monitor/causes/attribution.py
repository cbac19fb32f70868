"""How much of an estimated drop goes back to which columns: Shapley's value of putting them back.

The players are groups of columns that moved in the same rows. A coalition is worth what the estimated metric gains when
its columns have their former distribution again, by raked weights of the window's rows; a player's part is the mean of
what it adds, over all orders (Shapley, 1953; of changes of performance: Zhang et al., 2023,
https://arxiv.org/abs/2210.10769). Its interval is of the jackknife over groups of rows of the window and of the
reference (Quenouille, 1956), and those of all players hold at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, isfinite, nan, sqrt

import numpy as np
from scipy import special

from runners.monitor.causes.raking import raked
from runners.monitor.losses import Expected, Numbers
from runners.monitor.parts import Places, Shares

GROUPS = 20
"""Groups of rows that are left out in turn."""


@dataclass(frozen=True, slots=True)
class Player:
    """Columns that moved in the same rows: of each the parts of the window's and of the reference's rows."""

    names: tuple[str, ...]
    now: tuple[Places, ...]
    before: tuple[Places, ...]
    sizes: tuple[int, ...]

    @property
    def turned(self) -> "Player":
        """Return the same columns where the reference's rows are weighed, as the window's are spread."""
        return Player(self.names, self.before, self.now, self.sizes)


@dataclass(frozen=True, slots=True)
class Worth:
    """How much better the metric would be with a player's columns put back, with an interval."""

    gain: float
    low: float
    high: float

    @property
    def is_beyond_noise(self) -> bool:
        """Tell whether the interval lies above nothing."""
        return self.low > 0


def single(player: Player, expected: Expected, sign: float) -> float:
    """Return what the metric gains when one player's columns alone are put back; NaN where that can't be told."""
    everything = np.ones(len(player.now[0]))
    return _values([player], expected, sign, everything, _shares([player], None))[frozenset({0})]


def attributed(players: Sequence[Player], expected: Expected, sign: float, rate: float) -> list[Worth | None]:
    """Return each player's part of what the metric would gain; None where it can't be told.

    Args:
        players: few, since all their coalitions are tried.
        expected: the metric on the window's rows.
        sign: 1 where more of it is better, else -1.
        rate: how often one interval or more may be wrong.
    """
    if not players:
        return []
    rows, usual = len(players[0].now[0]), len(players[0].before[0])
    whole = shapley(_values(players, expected, sign, np.ones(rows), _shares(players, None)), len(players))
    left_out = []
    for group in range(GROUPS):
        weights = (np.arange(rows) % GROUPS != group).astype(float)
        shares = _shares(players, np.arange(usual) % GROUPS != group)
        left_out.append(shapley(_values(players, expected, sign, weights, shares), len(players)))
    width = float(special.stdtrit(GROUPS - 1, 1 - rate / len(players) / 2))
    return [
        _worth(value, np.array(others), width) for value, others in zip(whole, zip(*left_out, strict=True), strict=True)
    ]


def _worth(value: float, others: Numbers, width: float) -> Worth | None:
    if not (isfinite(value) and np.isfinite(others).all()):
        return None
    error = sqrt((len(others) - 1) * float(others.var()))
    return Worth(value, value - width * error, value + width * error)


def shapley(values: Mapping[frozenset[int], float], players: int) -> list[float]:
    """Return each player's mean gain over all orders, by what every coalition is worth."""
    found = []
    for player in range(players):
        others = [one for one in range(players) if one != player]
        gained = 0.0
        for size in range(players):
            for chosen in map(frozenset, combinations(others, size)):
                gained += (values[chosen | {player}] - values[chosen]) / (players * comb(players - 1, size))
        found.append(gained)
    return found


def _values(
    players: Sequence[Player],
    expected: Expected,
    sign: float,
    start: Numbers,
    shares: Sequence[Sequence[Shares]],
) -> dict[frozenset[int], float]:
    """Return what each coalition gains above none."""
    nothing = expected.value(start)
    found = {frozenset[int](): 0.0}
    for size in range(1, len(players) + 1):
        for chosen in combinations(range(len(players)), size):
            places = [place for at in chosen for place in players[at].now]
            weights = raked(places, [share for at in chosen for share in shares[at]], start)
            found[frozenset(chosen)] = nan if weights is None else sign * (expected.value(weights) - nothing)
    return found


def _shares(players: Sequence[Player], kept: Numbers | None) -> list[list[Shares]]:
    """Return the shares of the parts of each player's columns among the reference's rows, or those of them kept."""
    return [
        [
            np.bincount(places, kept, minlength=size) / max(1.0, float(len(places) if kept is None else kept.sum()))
            for places, size in zip(one.before, one.sizes, strict=True)
        ]
        for one in players
    ]
