"""Which of many columns have drifted, by e-values: evidence that a mean of may be taken, whatever depends on what.

Two samples of a binned column come from one population: then, given the counts of both together, those of one are drawn
as from an urn, without replacement. The evidence is the probability of the counts by another law over that urn's: each
bin's count is as likely as any other that the rest leaves room for, as if its share in a sample could be anything.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runners.sequential.bounded import probability

Counts = NDArray[np.int64]


def evidence(reference: Sequence[int] | Counts, now: Sequence[int] | Counts) -> float:
    """Return the logarithm of an e-value that two samples are from different populations, in nats.

    Its exponential is 1 on average where they aren't. Those of several windows against one reference may be averaged,
    not multiplied: they share its rows.

    Args:
        reference: rows of one sample by bin, shape [bins].
        now: rows of the other by the same bins.

    Raises:
        ValueError: the bins aren't the same, or a count is negative.
    """
    one, other = np.asarray(reference, dtype=np.int64), np.asarray(now, dtype=np.int64)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"the samples have {list(one.shape)} and {list(other.shape)} bins: give the same to both")
    if (one < 0).any() or (other < 0).any():
        raise ValueError("a count of rows is negative")
    log, left, right = 0.0, int(one.sum()), int(other.sum())
    for usual, here in zip(one.tolist(), other.tolist(), strict=True):
        log += _of_bin(here, right, usual + here, left + right)
        left, right = left - usual, right - here
    return log


def _of_bin(hits: int, drawn: int, marked: int, total: int) -> float:
    """Return what one bin adds: `hits` of `marked` are among the `drawn` of `total`."""
    lowest, highest = max(0, marked - (total - drawn)), min(marked, drawn)
    logs = urn(lowest, highest, drawn, marked, total)
    return float(-np.log(highest - lowest + 1) - logs[hits - lowest])


def urn(lowest: int, highest: int, drawn: int, marked: int, total: int) -> NDArray[np.float64]:
    """Return the logarithms of the hypergeometric law, from the lowest number of hits to the highest.

    Args:
        lowest: the fewest hits there can be.
        highest: the most.
        drawn: rows that are drawn.
        marked: rows that are a hit.
        total: all rows.
    """
    hits = np.arange(lowest, highest)
    steps = np.log(marked - hits) + np.log(drawn - hits) - np.log(hits + 1) - np.log(total - marked - drawn + hits + 1)
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    shifted = logs - logs.max()
    law: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return law


def drifted(logs: Sequence[float], rate: float) -> list[int]:
    """Return which hypotheses of many fall, by the procedure of Benjamini and Hochberg for e-values.

    Of those that fall, at most a share of `rate` is wrong on average, whatever depends on what (Wang & Ramdas, 2022,
    https://doi.org/10.1111/rssb.12489).

    Args:
        logs: logarithms of their e-values, in nats.
        rate: the share.

    Raises:
        ValueError: the rate isn't between 0 and 1.
    """
    order = sorted(range(len(logs)), key=lambda place: -logs[place])
    limit = np.log(len(logs) / probability(rate, "the rate")) if logs else 0.0
    enough = [number for number, place in enumerate(order, 1) if logs[place] + np.log(number) >= limit]
    return sorted(order[: max(enough, default=0)])
