"""Strengths: how good things are that were compared in pairs, with intervals.

Bradley & Terry, "Rank Analysis of Incomplete Block Designs" (1952, https://doi.org/10.2307/2334029), with ties by
Davidson, "On Extending the Bradley-Terry Model to Accommodate Ties in Paired Comparison Experiments" (1970,
https://doi.org/10.1080/01621459.1970.10481082): the left one is better, they are tied, or the right one is better, with
odds of exp(d / 2) to exp(t) to exp(-d / 2), where d is the difference of their strengths, and t tells how easily people
say a tie.

A weak prior (strengths are normal about 0 with a spread of 5) keeps a thing finite that was always better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.contract import InputError
from runners.label.answers import Places
from runners.label.distances import Figures

MOST_THINGS = 2000
"""Things that are compared: their intervals take a matrix of that side."""
SPREAD = 5.0
STEPS, NEAR = 100, 1e-9
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Strengths:
    """How good things are: log odds about a mean of 0, their standard errors, and how easily people say a tie.

    Attributes:
        names: the things.
        strength: of each, so that their mean is 0.
        error: the standard error of each, against that mean.
        ease: the log odds of a tie between equals; None where nobody ever said one.
        compared: how often each was compared.
        group: which things were compared with each other, by way of others too: between groups nothing is known.
    """

    names: Sequence[str]
    strength: Figures
    error: Figures
    ease: float | None
    compared: Places
    group: Places

    def chances(self, left: Places, right: Places) -> Figures:
        """Return the probabilities [pairs, 3] that the left one is better, both are tied, the right one is better."""
        return _chances(self.strength[left] - self.strength[right], self.ease)

    def figures(self) -> list[dict[str, Any]]:
        """Return what a file tells of each thing, the best first."""
        low, high = self.strength - _Z * self.error, self.strength + _Z * self.error
        return [
            {
                "thing": self.names[place],
                "strength": round(float(self.strength[place]), 6),
                "interval": [round(float(low[place]), 6), round(float(high[place]), 6)],
                "compared": int(self.compared[place]),
                "group": int(self.group[place]),
            }
            for place in np.argsort(-self.strength, kind="stable").tolist()
        ]


def strengths_of(names: Sequence[str], left: Places, right: Places, counts: Figures) -> Strengths:
    """Estimate how good things are.

    Args:
        names: the things.
        left: place of the left thing of each pair.
        right: place of the right one.
        counts: how often the left one of a pair was better, both were tied, and the right one was [pairs, 3].

    Raises:
        InputError: too many things are compared.
    """
    if len(names) > MOST_THINGS:
        what = f"{len(names):,} things are compared, and at most {MOST_THINGS:,} have a strength"
        raise InputError(what, "compared", "compare fewer, such as those of one topic")
    has_ties = bool(counts[:, 1].sum())
    point = np.zeros(len(names) + has_ties)
    value, slope, curve = _posterior(point, left, right, counts)
    for _ in range(STEPS):
        step, size = np.linalg.solve(curve, slope), 1.0
        while (found := _posterior(point + size * step, left, right, counts))[0] < value and size > NEAR:
            size /= 2
        point = point + size * step
        moved, (value, slope, curve) = np.abs(size * step).max(initial=0), found
        if moved < NEAR:
            break
    things = len(names)
    centred = np.eye(things) - 1 / max(things, 1)
    spread = centred @ np.linalg.inv(curve)[:things, :things] @ centred
    strength = point[:things] - (point[:things].mean() if things else 0.0)
    compared = np.bincount(np.concatenate([left, right]), np.tile(counts.sum(axis=1), 2), things).astype(np.int64)
    ease = float(point[-1]) if has_ties else None
    error = np.sqrt(np.clip(np.diag(spread), 0, None))
    return Strengths(names, strength, error, ease, compared, _groups(things, left, right))


def _chances(apart: Figures, ease: float | None) -> Figures:
    ties = np.full(len(apart), -np.inf if ease is None else ease)
    logs = np.column_stack([apart / 2, ties, -apart / 2])
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _posterior(point: Figures, left: Places, right: Places, counts: Figures) -> tuple[float, Figures, Figures]:
    """Return the log posterior, its slope, and its curvature with the sign turned."""
    total, has_ties = counts.sum(axis=1), bool(counts[:, 1].sum())
    things = len(point) - has_ties
    chances = _chances(point[left] - point[right], float(point[-1]) if has_ties else None)
    lead = (chances[:, 0] - chances[:, 2]) / 2
    logs = np.log(np.maximum(chances, 1e-300))
    value = float((counts * logs).sum() - (point**2).sum() / (2 * SPREAD**2))
    away = (counts[:, 0] - counts[:, 2]) / 2 - total * lead
    slope = -point / SPREAD**2
    slope[:things] += np.bincount(left, away, things) - np.bincount(right, away, things)
    curve = np.eye(len(point)) / SPREAD**2
    apart = total * ((chances[:, 0] + chances[:, 2]) / 4 - lead**2)
    for one, other, sign in ((left, left, 1), (right, right, 1), (left, right, -1), (right, left, -1)):
        np.add.at(curve, (one, other), sign * apart)
    if has_ties:
        slope[-1] += counts[:, 1].sum() - (total * chances[:, 1]).sum()
        curve[-1, -1] += (total * chances[:, 1] * (1 - chances[:, 1])).sum()
        both = -total * lead * chances[:, 1]
        across = np.bincount(left, both, things) - np.bincount(right, both, things)
        curve[-1, :things] += across
        curve[:things, -1] += across
    return value, slope, curve


def _groups(things: int, left: Places, right: Places) -> NDArray[np.int64]:
    from scipy import sparse

    graph = sparse.csr_array((np.ones(len(left)), (left, right)), shape=(things, things))
    return np.asarray(sparse.csgraph.connected_components(graph, directed=False)[1], np.int64)
