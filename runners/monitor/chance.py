"""What chance alone makes of figures: limits and probabilities, so that a report's false alarms have a rate.

A window without drift is a draw from the same population as the rows that were held out. Dealing the rows of both out
anew, as many to each side as there were, shows what differences chance makes: a permutation test (Good, 2005,
https://doi.org/10.1007/b138696), which counts the errors of both samples. In binned columns the counts of such a deal
are multivariate hypergeometric; the tail beyond what can be drawn in reasonable time is that of the gamma distribution
with the draws' mean and variance (a Pearson type III curve, as in Mielke & Berry, 2007,
https://doi.org/10.1007/978-0-387-69813-7). Shares are compared by Fisher's exact test, of which the same deal is the
law. A report looks at many figures: each gets an equal part of the rate, whatever depends on what (Dunn, 1961,
https://doi.org/10.1080/01621459.1961.10482090).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from scipy import special

from runners.monitor.binning import Counts

DRAWS = 500
_BLOCK = 8_192
"""Probabilities that are added up at once."""
CERTAIN = 0.0
"""The probability of what chance doesn't explain at all."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of reports that may alert without any drift, and the figures of a report that share it."""

    rate: float = 0.01
    figures: int = 1

    @property
    def each(self) -> float:
        """Return the probability with which one figure may alert by chance."""
        return self.rate / max(1, self.figures)


def jensen_shannon(first: Counts, second: Counts) -> Any:
    """Return the Jensen-Shannon distance of counts along the last axis: 0 to 1, to base 2.

    It is the square root of the divergence (Endres & Schindelin, 2003, https://doi.org/10.1109/TIT.2003.813506).
    """
    p, q = (counts / np.maximum(1, counts.sum(axis=-1, keepdims=True)) for counts in (first, second))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(part > 0, part * np.log2(part / middle), 0.0).sum(axis=-1) for part in (p, q)]
    return np.sqrt(np.clip((parts[0] + parts[1]) / 2, 0.0, 1.0))


def limit(held_out: Counts, now: Counts, each: float, seed: int, rows: int | None = None) -> float:
    """Return the distance that counts exceed by chance with a probability of `each`.

    Args:
        held_out: counts of the rows that were held out.
        now: counts of the window.
        each: the probability.
        seed: of the draws.
        rows: the rows of a part of the window that are to be compared; without it, all of them.
    """
    pool, random = held_out + now, np.random.default_rng(seed)
    left, right = int(held_out.sum()), int(now.sum() if rows is None else min(rows, now.sum()))
    if not left or not right:
        return 1.0
    drawn = random.multivariate_hypergeometric(pool, right, size=DRAWS, method="marginals")
    rest = pool - drawn
    if right < int(now.sum()):
        rest = random.multivariate_hypergeometric(pool, left, size=DRAWS, method="marginals")
    squares = jensen_shannon(rest, drawn) ** 2
    mean, variance = float(squares.mean()), float(squares.var())
    if variance <= 0.0:
        return sqrt(mean)
    found = special.gammainccinv(mean * mean / variance, each) * variance / mean
    return min(1.0, sqrt(float(found)))


def of_excess(now: tuple[int, int], held_out: tuple[int, int]) -> float:
    """Return with which probability chance makes a share as much higher in the window; both are (hits, rows)."""
    (hits, rows), (usual, others) = now, held_out
    if not rows or not others:
        return 1.0
    if not hits:
        return 1.0
    both, marked = rows + others, hits + usual

    def odds(drawn: Any) -> Any:
        return _choices(marked, drawn) + _choices(both - marked, rows - drawn) - _choices(both, rows)

    return _summed(odds, hits, min(marked, rows))


def of_order(beyond: int, rows: int, above: int, others: int) -> float:
    """Return with which probability so many rows lie beyond the held-out row that `above` of `others` lie beyond.

    The ranks of fresh rows among those that were held out don't depend on their law: they are beta-binomial, as for
    conformal p-values (Bates et al., 2023, https://doi.org/10.1214/22-AOS2244).
    """
    if not beyond:
        return 1.0
    first, second = above + 1, max(1, others - above)

    def odds(drawn: Any) -> Any:
        beta = special.betaln(drawn + first, rows - drawn + second) - special.betaln(first, second)
        return _choices(rows, drawn) + beta

    return _summed(odds, beyond, rows)


def of_ranks(area: float, positives: int, negatives: int) -> float:
    """Return with which probability chance makes a ROC AUC as high, on rows that weren't learned from.

    It is the Mann-Whitney statistic, nearly normal without a difference (Hanley & McNeil, 1982).
    """
    spread = sqrt((positives + negatives + 1) / (12 * positives * negatives))
    return float(special.ndtr((0.5 - area) / spread))


def of_drop(drop: float, error: float) -> float:
    """Return with which probability chance makes a drop as large, of figures with a standard error."""
    return float(special.ndtr(-drop / error)) if error > 0 else CERTAIN if drop > 0 else 1.0


def _choices(things: Any, drawn: Any) -> Any:
    """Return the logarithm of how many ways there are to draw some things."""
    return special.gammaln(things + 1) - special.gammaln(drawn + 1) - special.gammaln(things - drawn + 1)


def _summed(logarithms: Callable[[Any], Any], first: int, last: int) -> float:
    """Return the sum of probabilities that rise and then fall, up to where the rest of them is nothing beside it."""
    total = 0.0
    for at in range(first, last + 1, _BLOCK):
        found = np.exp(logarithms(np.arange(at, min(at + _BLOCK, last + 1))))
        total += float(found.sum())
        is_falling = len(found) > 1 and found[-1] <= found[-2]
        if is_falling and found[-1] * (last - at) < np.finfo(float).eps * total:
            break
    return min(1.0, total)
