"""Whether the risk of a model, its mean loss, has risen above what it was on rows that were held out.

The risk there is known up to chance: it has an upper bound. Live losses are bet on against this bound and what is
tolerated above it (Podkopaev & Ramdas, 2022, https://arxiv.org/abs/2110.06177). So the alarms without harm have the
rate of the bound's error and that of the live test together: for 5 %, give 2.5 % to each.

A loss is from 0 to 1: 1 for a wrong answer, or an error over the largest one, which the caller chooses.
"""

from dataclasses import dataclass, field

from runners.sequential.betting import returns, upper_bound
from runners.sequential.bounded import Values, checked
from runners.sequential.confidence import Confidence, followed
from runners.sequential.detection import Evidence, Stated, grown


@dataclass(frozen=True, slots=True)
class Source:
    """The risk on rows that were held out from training."""

    rows: int
    risk: float
    bound: float
    """Above the true risk but with the probability `error`."""
    error: float


@dataclass(frozen=True, slots=True)
class RiskState:
    """What is known of live losses so far: kept in a report, and given to the next."""

    evidence: Evidence = field(default_factory=Evidence)
    live: Confidence = field(default_factory=Confidence)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be told of live risk."""

    alarmed: bool
    since: int | None
    """The row, counted from 1, by which the evidence sufficed."""
    evidence: float
    """The logarithm of the evidence now, in nats."""
    rows: int
    risk: float | None
    low: float
    """Below the mean of the live risk over all rows, by the error of the source's bound."""
    excess: float
    """The live risk above that of the source, or 0."""


def source_of(losses: Values, error: float) -> Source:
    """Return the risk on held-out rows and its upper bound.

    Args:
        losses: of rows that were neither learned nor chosen by, from 0 to 1, shape [rows].
        error: the probability with which the true risk is above the bound.

    Raises:
        ValueError: a loss isn't between 0 and 1, or there is none.
    """
    rows = checked(losses)
    if not len(rows):
        raise ValueError("there is no loss of a held-out row: without one there is nothing to compare with")
    return Source(len(rows), float(rows.mean()), upper_bound(rows, error), error)


def watched(former: RiskState, losses: Values, source: Source, stated: Stated, *, tolerance: float = 0.0) -> RiskState:
    """Return what is known of live losses after more rows.

    Args:
        former: what was known before.
        losses: from 0 to 1, shape [rows], in the order of time; those of rows whose outcome isn't known are left out.
        source: the risk on held-out rows; the same for all rows of a stream.
        stated: what is stated of false alarms; the same for all rows of a stream.
        tolerance: what the risk may be above that of the source without harm.

    Raises:
        ValueError: a loss isn't between 0 and 1.
    """
    rows = checked(losses)
    evidence = grown(former.evidence, returns(rows, source.bound + tolerance), stated)
    return RiskState(evidence, followed(former.live, rows, source.error))


def verdict_of(state: RiskState, source: Source) -> Verdict:
    """Return what is to be told."""
    mean = state.live.mean
    since = state.evidence.crossed
    excess = max(0.0, mean - source.risk) if mean is not None else 0.0
    return Verdict(since is not None, since, state.evidence.log, state.live.rows, mean, state.live.low, excess)
