"""Rates of false alarms, counted over many streams without a change, and held against the rate that is stated."""

import logging
from math import sqrt
from statistics import NormalDist

from tests.shares import Hand

ERROR = 0.01
"""The probability with which chance alone turns such a test red, over all shares together."""
_LOG = logging.getLogger(__name__)


def deviations(share: Hand) -> float:
    """Return how many standard deviations a share's figure may be off: of more shares, each may be further."""
    return NormalDist().inv_cdf(1 - ERROR / share.share.of)


def bounds(hits: int, count: int, deviations: float) -> tuple[float, float]:
    """Return the one-sided bounds of a rate (Wilson, 1927)."""
    z, rate = deviations, hits / count
    middle, spread = rate + z * z / (2 * count), z * sqrt(rate * (1 - rate) / count + z * z / (4 * count**2))
    return (middle - spread) / (1 + z * z / count), (middle + spread) / (1 + z * z / count)


def hold(what: str, hits: int, count: int, stated: float, share: Hand) -> None:
    """See that no more of so many cried wolf than is stated, but for what chance explains."""
    least, most = bounds(hits, count, deviations(share))
    _LOG.info("%s: %.4f of %d alarmed, %.4f to %.4f; at most %g stated", what, hits / count, count, least, most, stated)
    assert least <= stated, f"{what}: {hits} of {count} cried wolf, and {stated:g} of them may"
