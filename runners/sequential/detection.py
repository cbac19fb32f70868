"""Evidence that something has changed, at a row that nobody knows: the one fold that all tests of the room share.

A test bets on each row, at odds that are fair while nothing has changed, in several ways at once. What a bet that began
with row j made of 1 is an e-value. Two sums of these are kept:

* with weights that add up to 1 over all rows j, it is an e-process: it *ever* reaches 1 / rate with at most that
  probability, however long the stream is (on mixtures: Ramdas et al., 2023, https://doi.org/10.1214/23-STS894). The
  weights, 1 / (j log(j)^2), fall so slowly that a change after ten thousand quiet rows costs 14 nats of evidence.
* with the weight 1 for each row, it is the e-detector of Shiryaev and Roberts: until the first alarm it takes at least
  `run_length` rows on average (Shin, Ramdas & Rinaldo, 2022, https://arxiv.org/abs/2203.03532). It finds
  a change after a long quiet time as quickly as one at once, and an alarm some day is certain.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runners.sequential.bounded import Floats, probability

SUM_OF_WEIGHTS = 2.1098
"""Above the sum of 1 / (n log(n)^2) over all n from 2."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of false alarms."""

    limit: float
    """The evidence, not its logarithm, at which it alarms."""
    spends: bool
    """Whether the limit is over all rows together (a rate) or between alarms (a run length)."""

    def weights(self, first: int, count: int) -> Floats:
        """Return the logarithms of the weights of bets that begin with these rows, counted from 1; shape [count]."""
        if not self.spends:
            return np.zeros(count)
        number = np.arange(first, first + count, dtype=np.float64) + 1.0
        return -np.log(SUM_OF_WEIGHTS * number) - 2.0 * np.log(np.log(number))


def by_rate(rate: float) -> Stated:
    """State the share of streams without change that ever alarm."""
    return Stated(1.0 / probability(rate, "the rate"), spends=True)


def by_run_length(rows: float) -> Stated:
    """State how many rows without change there are on average until an alarm, at least.

    Raises:
        ValueError: it is less than one row.
    """
    if not 1.0 <= rows < np.inf:
        raise ValueError(f"the run length is {rows}: give a number of rows, at least 1")
    return Stated(rows, spends=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a test knows after some rows."""

    rows: int = 0
    logs: tuple[float, ...] = ()
    """The logarithm of the evidence by each way of betting, in nats; empty before the first row."""
    crossed: int | None = None
    """The row, counted from 1, that first alarmed. It stays: an alarm isn't taken back by later rows."""

    @property
    def log(self) -> float:
        """Return the logarithm of the evidence of all ways of betting, in nats; 0 before the first row."""
        return float(mean_of(np.array([self.logs]))[0]) if self.logs else 0.0


def grown(former: Evidence, returns: NDArray[np.float64], stated: Stated) -> Evidence:
    """Return the evidence after more rows.

    Args:
        former: the evidence before them.
        returns: logarithms of what each bet pays for 1, shape [rows, ways of betting]. On average it pays no more than
            1 while nothing has changed, whatever came before.
        stated: what is stated of false alarms; the same for all rows of a stream.

    Raises:
        ValueError: the evidence before is by other ways of betting.
    """
    count, ways = returns.shape
    if former.logs and len(former.logs) != ways:
        raise ValueError(f"the state has {len(former.logs)} ways of betting, the test {ways}: begin with a new state")
    if not count:
        return former
    paid = np.cumsum(returns, axis=0)
    before = np.vstack([np.zeros(ways), paid[:-1]])
    began = stated.weights(former.rows + 1, count)[:, None] - before
    if former.logs:
        began = np.vstack([np.array([former.logs]), began])
    logs = paid + np.logaddexp.accumulate(began, axis=0)[-count:]
    over = np.flatnonzero(mean_of(logs) >= np.log(stated.limit))
    first = former.rows + int(over[0]) + 1 if len(over) else None
    crossed = first if former.crossed is None else former.crossed
    return Evidence(former.rows + count, tuple(float(log) for log in logs[-1]), crossed)


def mean_of(logs: NDArray[np.float64]) -> Floats:
    """Return the logarithm of the mean along the last axis of values whose logarithms are given."""
    highest = logs.max(axis=-1, keepdims=True)
    mean: Floats = np.log(np.exp(logs - highest).mean(axis=-1)) + highest[..., 0]
    return mean
