"""Reliability: Krippendorff's alpha of answers and of each label, with intervals by a bootstrap over examples."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from runners.label.answers import Answers
from runners.label.distances import UNLIKE, Distance, Figures, Ranks, Sample, sample_of

DRAWS = 1000
"""How often examples are drawn anew, by a seed."""
SEED = 0
LEVEL = 0.95
ALMOST = 0.999999
"""What is told of an alpha that isn't 1 and would be rounded to it."""
MOST_LABELS = 20
"""Labels that have an alpha of their own: those with the most answers."""
_LEAST = 1e-12
"""The least share of the disagreement of chance that any disagreement is: what isn't perfect isn't told to be."""
_AT_ONCE = 4_000_000
"""Numbers of a block of draws."""
_FEW = 5000
"""Patterns up to which it is quicker to draw how often each comes than to draw examples."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Alpha, 1 for perfect agreement and 0 for that of chance; None where it is undefined.

    Attributes:
        alpha: of all answers.
        draws: alphas of examples drawn anew; those where it is undefined are left out.
        labels: of each of the most frequent labels against all others.
    """

    alpha: float | None = None
    draws: Figures = field(default_factory=lambda: np.zeros(0))
    labels: Mapping[str, "Reliability"] = field(default_factory=dict)

    def least(self, confidence: float) -> float | None:
        """Return what alpha is at least, with a confidence: the bound of a one-sided interval."""
        return round(float(np.quantile(self.draws, 1 - confidence)), 6) if len(self.draws) else None

    @property
    def interval(self) -> list[float] | None:
        """Return the interval of 95 of 100 draws (Efron's percentiles)."""
        if not len(self.draws):
            return None
        lower, upper = np.quantile(self.draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return [round(float(lower), 6), round(float(upper), 6)]

    def figures(self) -> dict[str, Any]:
        """Return alpha and its interval for a file."""
        return {"alpha": self.alpha, "interval": self.interval}


class Parts(NamedTuple):
    """Labels that have an alpha of their own, and which of them (columns) each answer (rows) says."""

    names: Sequence[str]
    says: Figures


def each_label(answers: Answers) -> Parts:
    """Return the most frequent labels, where an answer says one."""
    frequent = np.sort(np.argsort(-np.bincount(answers.label), kind="stable")[:MOST_LABELS])
    says = (np.arange(len(answers.labels))[:, None] == frequent).astype(np.float64)
    return Parts([answers.labels[place] for place in frequent], says)


def reliability_of(
    answers: Answers,
    distance_of: Callable[[Sequence[str]], Distance] = lambda _: UNLIKE,
    parts_of: Callable[[Answers], Parts] | None = None,
) -> Reliability:
    """Measure how reliable answers are.

    Args:
        answers: what was said of each example.
        distance_of: makes the distance of labels, given in their order.
        parts_of: returns the labels that have an alpha of their own; left out, none has.
    """
    paired = answers.where((answers.votes() > 1)[answers.example])
    if len(paired.labels) < 2:
        return Reliability()
    parts = parts_of(paired) if parts_of else Parts((), np.zeros((len(paired.labels), 0)))
    sample = sample_of(paired)
    alphas = _measure(sample, distance_of(paired.labels), parts.says)
    point = alphas(sample.stands_for[None, :].astype(np.float64))[0]
    drawn = np.concatenate([alphas(weights) for weights in _draws(sample)])
    of_all, *of_labels = (
        Reliability(_told(float(value)), column[np.isfinite(column)])
        for value, column in zip(point, drawn.T, strict=True)
    )
    return Reliability(of_all.alpha, of_all.draws, dict(zip(parts.names, of_labels, strict=True)))


def _measure(sample: Sample, distance: Distance, says: Figures) -> Callable[[Figures], Figures]:
    """Return the function from examples' weights, a row a draw, to alphas: of all, then of each label."""
    votes = sample.answers.votes().astype(np.float64)
    counts = sample.counts()
    said = counts @ says
    apart = 2 * said * (votes[:, None] - said) / (votes - 1)[:, None]
    within = distance.within(sample.answers) / (votes - 1)

    def alphas(weights: Figures) -> Figures:
        totals = weights @ votes
        if isinstance(distance, Ranks):
            observed, expected = _by_ranks(sample, distance, weights, counts)
        else:
            observed, expected = weights @ within, distance.among(weights, counts)
        of_labels = weights @ said
        observed = np.column_stack([observed, weights @ apart])
        expected = np.column_stack([expected, 2 * of_labels * (totals[:, None] - of_labels)])
        share = np.full(observed.shape, np.nan)
        np.divide(observed * (totals - 1)[:, None], expected, out=share, where=expected > 0)
        return 1 - np.where(observed > 0, np.maximum(share, _LEAST), share)

    return alphas


def _by_ranks(sample: Sample, distance: Ranks, weights: Figures, counts: Any) -> tuple[Figures, Figures]:
    """Return observed and expected disagreement of draws that each have ranks of their own."""
    votes = sample.answers.votes()
    observed, expected = np.zeros(len(weights)), np.zeros(len(weights))
    for draw, row in enumerate(weights):
        ranks = distance.given(row @ counts)
        observed[draw] = row @ (ranks.within(sample.answers) / (votes - 1))
        expected[draw] = ranks.among(row[None, :], counts)[0]
    return observed, expected


def _draws(sample: Sample) -> Iterator[Figures]:
    """Yield how often each pattern comes where as many examples as there are are drawn with replacement."""
    chance, units = np.random.default_rng(SEED), int(sample.stands_for.sum())
    patterns = len(sample.stands_for)
    at_once = max(1, _AT_ONCE // max(patterns, len(sample.answers.labels)))
    for first in range(0, DRAWS, at_once):
        draws = min(at_once, DRAWS - first)
        if patterns <= _FEW:
            yield chance.multinomial(units, sample.stands_for / units, draws).astype(np.float64)
        else:
            owners = np.repeat(np.arange(patterns), sample.stands_for)
            drawn = [np.bincount(owners[chance.integers(0, units, units)], minlength=patterns) for _ in range(draws)]
            yield np.array(drawn, np.float64)


def _told(alpha: float) -> float | None:
    """Return alpha with the digits that are told; one that is nearly perfect isn't told to be perfect."""
    if not np.isfinite(alpha):
        return None
    return ALMOST if alpha < 1 and round(alpha, 6) == 1 else round(alpha, 6)
