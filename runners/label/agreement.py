"""How far annotators agree: over all examples, in pairs, and each with what was merged."""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.label.merging import Answers, Merged

ALMOST = 0.999999
"""What is told of an alpha that isn't 1 and would be rounded to it."""


def alpha_of(answers: Answers, values: Mapping[str, float] | None = None, *, by_rank: bool = False) -> float | None:
    """Return Krippendorff's alpha, 1 for perfect agreement and 0 for that of chance; None where it is `undefined`.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). Distances of ranks and of numbers are squared, so
    that their sums over all pairs are variances: time and memory grow with the answers, not with the distinct ones.

    Args:
        answers: what was said of each example.
        values: the numbers that labels stand for; left out, any two different labels are equally far apart.
        by_rank: whether ranks count, not differences.
    """
    units = _paired(answers)
    if undefined(answers):
        return None
    if values is None:
        sums = [_unlike(unit) for unit in units]
        whole = _unlike([label for unit in units for label in unit])
    else:
        given = np.array([values[label] for unit in units for label in unit])
        flat = _ranks(given) if by_rank else given
        ends = np.cumsum([len(unit) for unit in units])[:-1]
        sums, whole = [_apart(part) for part in np.split(flat, ends)], _apart(flat)
    count = sum(map(len, units))
    observed = sum(apart / (len(unit) - 1) for apart, unit in zip(sums, units, strict=True)) / count
    alpha = round(1 - observed * count * (count - 1) / whole, 6) if whole else None
    return ALMOST if alpha == 1 and observed else alpha


def undefined(answers: Answers) -> str:
    """Say why alpha is undefined; empty where it isn't."""
    said = [label for unit in _paired(answers) for label in unit]
    if not said:
        return "no example has two answers, so that alpha is undefined"
    return "" if len(set(said)) > 1 else f"all {len(said):,} answers are `{said[0][:80]}`, so that alpha is undefined"


def _paired(answers: Answers) -> list[list[str]]:
    return [list(given.values()) for given in answers.values() if len(given) > 1]


def _unlike(labels: list[str]) -> float:
    """Count the ordered pairs of different labels."""
    return float(len(labels) ** 2 - sum(count**2 for count in Counter(labels).values()))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of each value; equal ones share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return ranks


def _apart(values: NDArray[np.float64]) -> float:
    """Add up the squared differences of all ordered pairs."""
    return float(2 * len(values) * ((values - values.mean()) ** 2).sum())


def pairs_of(answers: Answers) -> list[dict[str, Any]]:
    """Return for each pair of annotators how many examples both answered, the share of equal answers, and kappa."""
    by_annotator: dict[str, dict[Any, str]] = {}
    for example, given in answers.items():
        for annotator, label in given.items():
            by_annotator.setdefault(annotator, {})[example] = label
    pairs = []
    for left, right in combinations(sorted(by_annotator), 2):
        shared = by_annotator[left].keys() & by_annotator[right].keys()
        both = [(by_annotator[left][example], by_annotator[right][example]) for example in shared]
        pairs.append({"annotators": [left, right], "examples": len(both), **_pair(both)})
    return pairs


def _pair(both: list[tuple[str, str]]) -> dict[str, float | None]:
    """Return the share of equal answers, and Cohen's kappa (1960, https://doi.org/10.1177/001316446002000104)."""
    if not both:
        return {"agreement": None, "kappa": None}
    observed = sum(left == right for left, right in both) / len(both)
    lefts, rights = Counter(left for left, _ in both), Counter(right for _, right in both)
    expected = sum(lefts[label] * rights[label] for label in lefts) / len(both) ** 2
    kappa = (observed - expected) / (1 - expected) if expected < 1 else None
    return {"agreement": round(observed, 6), "kappa": None if kappa is None else round(kappa, 6)}


def annotators_of(answers: Answers, merged: Mapping[Any, Merged]) -> dict[str, dict[str, Any]]:
    """Return each annotator's number of answers, and the share of them that the merged label confirms, where one is.

    That share estimates accuracy, a little too kindly: each annotator's answers went into the merged labels.
    """
    given_by: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    right_by: Counter[str] = Counter()
    for example, given in answers.items():
        for annotator, label in given.items():
            given_by[annotator] += 1
            judged[annotator] += merged[example].label is not None
            right_by[annotator] += label == merged[example].label
    return {
        who: {"answers": given_by[who], "accuracy": round(right_by[who] / judged[who], 6) if judged[who] else None}
        for who in sorted(given_by)
    }
