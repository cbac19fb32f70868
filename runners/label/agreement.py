"""How far annotators agree: over all examples, in pairs, and each with what was merged."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.answers import Answers, Places, pairs_within
from runners.label.merging import NOBODYS, Labels

ALMOST = 0.999999
"""What is told of an alpha that isn't 1 and would be rounded to it."""
MOST_PAIRED = 100
"""Annotators who are compared with each other: those with the most answers."""


def alpha_of(answers: Answers, values: Mapping[str, float] | None = None, *, by_rank: bool = False) -> float | None:
    """Return Krippendorff's alpha, 1 for perfect agreement and 0 for that of chance; None where it is `undefined`.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). Distances of ranks and of numbers are squared, so
    that their sums over all pairs are variances: time and memory grow with the answers, not with the distinct ones.

    Args:
        answers: what was said of each example.
        values: the numbers that labels stand for; left out, any two different labels are equally far apart.
        by_rank: whether ranks count, not differences.
    """
    if undefined(answers):
        return None
    paired = _paired(answers)
    if values is None:
        sums, whole = _unlike(paired), float(len(paired) ** 2 - (np.bincount(paired.label).astype(float) ** 2).sum())
    else:
        given = np.array([values[label] for label in paired.labels])[paired.label]
        flat = _ranks(given) if by_rank else given
        sums, whole = _apart(flat, paired.example), float(_apart(flat, np.zeros(len(flat), np.int64))[0])
    count = len(paired)
    observed = float((sums / (paired.votes() - 1)).sum()) / count
    alpha = round(1 - observed * count * (count - 1) / whole, 6) if whole else None
    return ALMOST if alpha == 1 and observed else alpha


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


def _unlike(answers: Answers) -> NDArray[np.float64]:
    """Count, for each example, the ordered pairs of different labels."""
    tally = answers.tally()
    alike = np.bincount(tally.example, tally.votes.astype(float) ** 2, len(answers.examples))
    unlike: NDArray[np.float64] = answers.votes().astype(np.float64) ** 2 - alike
    return unlike


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value; equal ones share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks


def _apart(values: NDArray[np.float64], unit: Places) -> NDArray[np.float64]:
    """Add up, for each unit, the squared differences of all ordered pairs of its values."""
    counts = np.bincount(unit)
    away = values - (np.bincount(unit, values) / counts)[unit]
    return np.asarray(2 * counts * np.bincount(unit, away**2), np.float64)


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


def annotators_of(answers: Answers, merged: Labels) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and the share of them that the merged label confirms, where one is.

    That share estimates accuracy, a little too kindly: each annotator's answers went into the merged labels.
    """
    who, people = answers.annotator, len(answers.annotators)
    given = np.bincount(who, minlength=people)
    judged = np.bincount(who, (merged.label != NOBODYS)[answers.example], people)
    right = np.bincount(who, merged.confirms(answers), people)
    return {
        name: {
            "answers": int(given[place]),
            "accuracy": round(float(right[place] / judged[place]), 6) if judged[place] else None,
        }
        for place, name in enumerate(answers.annotators)
    }
