"""How far annotators agree: over all examples, in pairs, and each with what was merged."""

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import krippendorff
import numpy as np

from runners.label.merging import Answers, Merged


def alpha_of(answers: Answers) -> float | None:
    """Return Krippendorff's alpha for nominal labels, 1 for perfect agreement and 0 for that of chance.

    Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011). None where it is undefined: no example has two
    answers, or all answers to those that have are the same.
    """
    paired = [Counter(given.values()) for given in answers.values() if len(given) > 1]
    labels = sorted({label for counts in paired for label in counts})
    if len(labels) < 2:
        return None
    table = np.array([[counts.get(label, 0) for label in labels] for counts in paired])
    return round(float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal")), 6)


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
    """Return each annotator's number of answers, and the share of them that the merged label confirms.

    That share estimates accuracy, a little too kindly: each annotator's answers went into the merged labels.
    """
    given_by: Counter[str] = Counter()
    right_by: Counter[str] = Counter()
    for example, given in answers.items():
        for annotator, label in given.items():
            given_by[annotator] += 1
            right_by[annotator] += label == merged[example].label
    return {
        annotator: {"answers": given_by[annotator], "accuracy": round(right_by[annotator] / given_by[annotator], 6)}
        for annotator in sorted(given_by)
    }
