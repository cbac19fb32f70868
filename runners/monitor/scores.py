"""How right the answers of a classifier of two classes are: measured by outcomes, or expected by probabilities.

Both are one formula. An outcome is 1 or 0, and where it isn't known yet, the calibrated probability stands in its
place: that is confidence-based performance estimation (CBPE), as NannyML has it
(https://nannyml.readthedocs.io/en/stable/how_it_works/performance_estimation.html), which a test holds this to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Some rows: their outcomes, 1 or 0 or what is expected of them; what was predicted, and how likely it was held."""

    outcomes: Numbers
    predicted: Numbers
    scores: Numbers

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.outcomes)

    def at(self, places: Any) -> "Answers":
        """Return those of some rows."""
        return Answers(self.outcomes[places], self.predicted[places], self.scores[places])


def area(rows: Answers) -> float:
    """Return the ROC AUC: how often a positive row is held likelier than a negative one; ties count half."""
    order = np.argsort(rows.scores)
    scores, positive = rows.scores[order], rows.outcomes[order]
    last = np.append(np.flatnonzero(np.diff(scores) > 0), len(scores) - 1)
    ones = np.cumsum(positive)[last]
    zeros = last + 1 - ones
    steps, below = np.diff(ones, prepend=0.0), np.concatenate([[0.0], zeros[:-1]])
    return _ratio(float((steps * (below + zeros) / 2).sum()), float(ones[-1] * zeros[-1]))


def _accuracy(rows: Answers) -> float:
    right, _, _, correct = _counts(rows)
    return _ratio(right + correct, len(rows))


def _f1(rows: Answers) -> float:
    right, wrong, missed, _ = _counts(rows)
    return _ratio(right, right + (wrong + missed) / 2)


def _precision(rows: Answers) -> float:
    right, wrong, _, _ = _counts(rows)
    return _ratio(right, right + wrong)


def _recall(rows: Answers) -> float:
    right, _, missed, _ = _counts(rows)
    return _ratio(right, right + missed)


def _specificity(rows: Answers) -> float:
    _, wrong, _, correct = _counts(rows)
    return _ratio(correct, correct + wrong)


METRICS: Mapping[str, Callable[[Answers], float]] = MappingProxyType(
    {
        "roc_auc": area,
        "accuracy": _accuracy,
        "f1": _f1,
        "precision": _precision,
        "recall": _recall,
        "specificity": _specificity,
    }
)
"""What can be told here, by its name. NaN is what can't be told of these rows, as where a class is missing."""


def error_of(metric: str, rows: Answers) -> float:
    """Return the standard error that a metric would have on one row: on many it falls with the root of their number.

    For a share it is that of its rows, as NannyML has it. For the ROC AUC it is that of both classes (DeLong et al.,
    1988, https://doi.org/10.2307/2531595): that of the rarer one alone, as NannyML has it, is a quarter less.
    """
    if metric == "roc_auc":
        return _error_of_area(rows)
    values, share = _hits(metric, rows)
    return float(np.std(values)) / sqrt(share) if len(values) and share > 0 else nan


def _error_of_area(rows: Answers) -> float:
    """Return the error by how many of the other class each row is held likelier, or less likely, than."""
    is_one = rows.outcomes[np.argsort(rows.scores, kind="stable")] > 0
    ones = int(is_one.sum())
    if not 0 < ones < len(rows):
        return nan
    below = np.cumsum(~is_one)[is_one] / (len(rows) - ones)
    above = 1 - np.cumsum(is_one)[~is_one] / ones
    share = ones / len(rows)
    return sqrt(float(below.var()) / share + float(above.var()) / (1 - share))


def _hits(metric: str, rows: Answers) -> tuple[Numbers, float]:
    """Return 1 for each row that is right and 0 for the others, of the rows that a metric looks at; and their share."""
    said, is_so = rows.predicted == 1, rows.outcomes == 1
    looked_at = {"precision": said, "recall": is_so, "specificity": ~is_so, "f1": said | is_so}.get(metric, said | True)
    right = (said == is_so)[looked_at].astype(float)
    if metric == "f1" and len(right):
        right *= len(right) / (right.sum() + (len(right) - right.sum()) / 2)
    return right, float(looked_at.mean())


def _counts(rows: Answers) -> tuple[float, float, float, float]:
    """Return how many rows are rightly and wrongly told to be positive, missed, and rightly told to be negative."""
    said, is_so = rows.predicted == 1, rows.outcomes
    right, ones, told = float(is_so[said].sum()), float(is_so.sum()), int(said.sum())
    return right, told - right, ones - right, len(rows) - told - (ones - right)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else nan
