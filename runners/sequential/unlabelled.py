"""Whether a model errs more often, before the outcomes are known.

A second model scores how likely each answer is wrong. Rows whose score is above a cut are *suspects*; the cut is chosen
on held-out rows so that suspects are wrong as often as is asked. Then the share of suspects is followed like a risk
(Amoukou et al., 2024, https://arxiv.org/abs/2412.12910). The rate holds for the share of suspects: that more suspects
mean more errors is as true as the scores are in what comes, which no test without labels can show.
"""

from dataclasses import dataclass

import numpy as np

from runners.sequential.bounded import Floats, Values, checked
from runners.sequential.detection import Stated
from runners.sequential.risk import RiskState, Source, source_of, watched

FEWEST = 20
"""Suspects that a cut is judged by, at least."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where suspects begin, and what they were among held-out rows."""

    score: float
    precision: float
    """The share of suspects that were wrong."""
    recall: float
    """The share of the wrong that were suspects."""
    source: Source
    """The share of suspects among held-out rows that the cut wasn't chosen on."""


def cut_of(scores: Values, losses: Values, precision: float, error: float) -> Cut | None:
    """Return the lowest cut above which suspects are wrong as often as is asked; None where no cut is.

    Every other row chooses the cut, and the rest bounds the share of suspects.

    Args:
        scores: how likely each answer is wrong, from 0 to 1, shape [rows]: of rows the scoring model hasn't seen.
        losses: what came of it, from 0 to 1, shape [rows].
        precision: the mean loss of suspects that is asked for.
        error: the probability with which the true share of suspects is above its bound.

    Raises:
        ValueError: a value isn't between 0 and 1, or there aren't as many losses as scores.
    """
    of_score, of_loss = checked(scores), checked(losses)
    if len(of_score) != len(of_loss):
        raise ValueError(f"there are {len(of_score)} scores and {len(of_loss)} losses: give one of each for a row")
    chosen, wrong = of_score[::2], of_loss[::2]
    order = np.argsort(-chosen, kind="stable")
    sums, count = np.cumsum(wrong[order]), np.arange(1, len(order) + 1)
    last = np.append(np.diff(chosen[order]) != 0.0, True)[: len(order)]
    good = np.flatnonzero(last & (count >= FEWEST) & (sums / count >= precision))
    if not len(good) or not len(of_score[1::2]):
        return None
    place = int(good[-1])
    score = float(chosen[order][place])
    recall = float(sums[place] / max(sums[-1], 1e-12))
    return Cut(score, float(sums[place] / count[place]), recall, source_of(_suspects(of_score[1::2], score), error))


def suspected(former: RiskState, scores: Values, cut: Cut, stated: Stated, *, tolerance: float = 0.0) -> RiskState:
    """Return what is known of the share of suspects after more rows, as `watched` does of losses.

    Raises:
        ValueError: a score isn't between 0 and 1.
    """
    return watched(former, _suspects(checked(scores), cut.score), cut.source, stated, tolerance=tolerance)


def _suspects(scores: Floats, cut: float) -> Floats:
    return (scores >= cut).astype(np.float64)
