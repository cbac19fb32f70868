"""Rates of false alarms, counted over many streams without a change, and held against the rate that is stated."""

import logging
from statistics import NormalDist

from scipy.stats import binom

from tests.shares import Hand

ERROR = 0.01
"""The probability with which chance alone turns such a test red, over all shares together."""
_LOG = logging.getLogger(__name__)


def deviations(share: Hand) -> float:
    """Return how many standard deviations a share's mean may be off: of more shares, each may be further."""
    return NormalDist().inv_cdf(1 - ERROR / share.share.of)


def hold(what: str, hits: int, count: int, stated: float, share: Hand) -> None:
    """See that no more of so many cried wolf than is stated, but for what chance explains (the exact binomial test)."""
    chance = float(binom.sf(hits - 1, count, stated))
    _LOG.info("%s: %.4f of %d alarmed; at most %g stated (p %.2g)", what, hits / count, count, stated, chance)
    assert chance >= ERROR / share.share.of, f"{what}: {hits} of {count} cried wolf, and {stated:g} of them may"
