"""Two answers to the same row: how many differ, from what to what, and how numbers and probabilities shift.

Shares have exact bounds (Clopper and Pearson), as in `runners.replica.figures`; the mean of differences has those of
Student's t, whose mistake on many rows is small whatever their distribution is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from runners.replica.figures import Figure, share

Array = NDArray[Any]
NOISE = 1e-6
"""The share of a number by which two may be apart and still be the same: floats of 32 bits have seven digits."""
MOST_CLASSES = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def are_other(before: Sequence[Any], after: Sequence[Any], tolerance: float | None = None) -> Array:
    """Tell of each row whether the answers differ; numbers do where they are farther apart than `tolerance`."""
    if tolerance is None:
        return np.array([one != other for one, other in zip(before, after, strict=True)], np.bool_)
    one, other = (np.array(values, np.float64) for values in (before, after))
    other_: Array = ~(np.abs(other - one) <= tolerance + NOISE * np.abs(one))
    return other_


def by_class(before: Sequence[Any], after: Sequence[Any], confidence: float) -> list[dict[str, Any]]:
    """Return of each class that the live model answered how many answers differ, and what they become."""
    found = Counter(zip(before, after, strict=True))
    counts = Counter(before)
    told = []
    for name, rows in counts.most_common(MOST_CLASSES):
        becomes = {new: count for (old, new), count in found.most_common() if old == name and new != name}
        differing = share(sum(becomes.values()), rows, confidence).as_dict()
        named = [[new, count] for new, count in list(becomes.items())[:MOST_CLASSES]]
        told.append({"class": name, "differing": differing, "becomes": named})
    return told


def shift(before: Array, after: Array, confidence: float) -> Mapping[str, Any]:
    """Return by how much numbers are above those before: their mean with its bounds, and how they are spread."""
    differences = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    differences = differences[np.isfinite(differences)]
    if not len(differences):
        return {"mean": Figure(None, None, None, 0).as_dict(), "quantiles": {}}
    quantiles = np.quantile(differences, QUANTILES)
    return {
        "mean": _mean(differences, confidence).as_dict(),
        "quantiles": {f"{at:g}": float(value) for at, value in zip(QUANTILES, quantiles, strict=True)},
        "absolute": float(np.abs(differences).mean()),
        "largest": float(np.abs(differences).max()),
    }


def _mean(values: Array, confidence: float) -> Figure:
    value, count = float(values.mean()), len(values)
    if count < 2:
        return Figure(value, None, None, count)
    error = float(stats.t.ppf(confidence, count - 1) * values.std(ddof=1) / np.sqrt(count))
    return Figure(value, value - error, value + error, count)
