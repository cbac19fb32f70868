"""Streams of losses for the tests: without change, and with one; and what is counted over many of them."""

from collections.abc import Callable

import numpy as np

from runners.sequential.bounded import Floats
from tests.shares import Hand
from tests.unit.runners.rates import hold

GROUPS, OF_ONE = 100, 100
"""So many groups of so many streams: 10,000 in `make deep`, a share of the groups in a run."""


def coins(risk: float, rows: int, random: np.random.Generator) -> Floats:
    """Return losses of 0 and 1."""
    return (random.random(rows) < risk).astype(np.float64)


def errors(risk: float, rows: int, random: np.random.Generator) -> Floats:
    """Return losses in between, with this mean."""
    return random.beta(4 * risk, 4 * (1 - risk), rows)


def quiet(what: str, share: Hand, alarms: Callable[[np.random.Generator], bool], rate: float) -> None:
    """Hold the share of streams that ever alarm below the rate, but for what chance explains."""
    groups = share.take(f"streams without change: {what}", range(GROUPS))
    hits = sum(alarms(np.random.default_rng((group, number))) for group in groups for number in range(OF_ONE))
    hold(what, hits, len(groups) * OF_ONE, rate, share)
