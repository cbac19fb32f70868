"""How far annotators agree in pairs, and why they may not be compared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places, pairs_within

MOST_PAIRED = 100
"""Annotators who are compared with each other: those with the most answers."""


def undefined(answers: Answers) -> str:
    """Say why alpha is undefined; empty where it isn't."""
    paired = _paired(answers)
    if not len(paired):
        return "no example has two answers, so that alpha is undefined"
    said = paired.labels
    return "" if len(said) > 1 else f"all {len(paired):,} answers are `{said[0][:80]}`, so that alpha is undefined"


def _paired(answers: Answers) -> Answers:
    """Return the answers to the examples that have two or more."""
    return answers.where((answers.votes() > 1)[answers.example])


def pairs_of(answers: Answers) -> list[dict[str, Any]]:
    """Return, for each two of the busiest annotators, how many examples both answered, how often alike, and kappa.

    Cohen, "A Coefficient of Agreement for Nominal Scales" (1960, https://doi.org/10.1177/001316446002000104). Two who
    have no example in common are left out.
    """
    answers = _of_busiest(answers)
    people = len(answers.annotators)
    parts = list(pairs_within(answers))
    if not parts:
        return []
    left, right = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    pairs, pair = np.unique(answers.annotator[left] * people + answers.annotator[right], return_inverse=True)
    both = np.bincount(pair)
    equal = np.bincount(pair, answers.label[left] == answers.label[right]) / both
    expected = (
        _by_chance(pair, answers.label[left], answers.label[right], len(answers.labels)) / both.astype(float) ** 2
    )
    return [
        {
            "annotators": [answers.annotators[key // people], answers.annotators[key % people]],
            "examples": examples,
            "agreement": round(observed, 6),
            "kappa": round((observed - chance) / (1 - chance), 6) if chance < 1 else None,
        }
        for key, examples, observed, chance in zip(
            pairs.tolist(), both.tolist(), equal.tolist(), expected.tolist(), strict=True
        )
    ]


def _of_busiest(answers: Answers) -> Answers:
    """Return the answers of those who gave the most."""
    if len(answers.annotators) <= MOST_PAIRED:
        return answers
    busiest = np.argsort(-np.bincount(answers.annotator), kind="stable")[:MOST_PAIRED]
    return answers.where(np.isin(answers.annotator, busiest))


def _by_chance(pair: Places, left: Places, right: Places, labels: int) -> NDArray[np.float64]:
    """Add up, for each pair, over the labels how often the one said it times how often the other did."""
    from scipy import sparse

    shape, ones = (int(pair.max()) + 1, labels), np.ones(len(pair))
    lefts, rights = (sparse.csr_array((ones, (pair, said)), shape=shape) for said in (left, right))
    summed: NDArray[np.float64] = np.asarray((lefts * rights).sum(axis=1)).ravel()
    return summed
