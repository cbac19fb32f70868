"""Slices: the metrics again, on the rows where a column has each of its values."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.evaluate.metrics import metrics_of
from runners.evaluate.predictions import Answers

Array = NDArray[Any]
Slices = dict[str, dict[str, dict[str, float]]]
"""Column, value, metric; `rows` is among the metrics. A metric that is undefined on a slice is left out of it."""
MOST = 20
"""Values of a column that are shown, the most frequent; numbers of more values are cut into quarters."""
MISSING = "(missing)"


def slice_metrics(answers: Answers, columns: Mapping[str, Array]) -> Slices:
    """Return every metric on every slice of some columns, given as arrays of N values."""
    prepared = {metric.name: metric.prepare(answers) for metric in metrics_of(answers)}
    slices: Slices = {}
    for name, values in columns.items():
        masks = masks_of(values)
        weights = np.array([mask for _, mask in masks], np.float64)
        figures = {metric: weigh(weights) for metric, weigh in prepared.items()}
        slices[name] = {
            value: {m: round(float(f[i]), 6) for m, f in figures.items() if np.isfinite(f[i])}
            | {"rows": float(mask.sum())}
            for i, (value, mask) in enumerate(masks)
        }
    return slices


def masks_of(values: Array) -> list[tuple[str, Array]]:
    """Return the values of a column as text, in order, each with where it is."""
    if _is_number_like(values) and len(np.unique(values[_is_present(values)])) > MOST:
        return _quarters(values)
    texts = _texts(values)
    found, counts = np.unique(texts, return_counts=True)
    frequent = {found[place] for place in np.argsort(-counts, kind="stable")[:MOST]}
    return [(str(text), texts == text) for text in _sorted(frequent)]


def cut_of(columns: Mapping[str, Array]) -> tuple[str, ...]:
    """Say of which columns not every value is a slice, such as `town: 20 of 142 values, the most frequent`."""
    counts = {name: len(np.unique(_texts(values))) for name, values in columns.items() if not _is_number_like(values)}
    return tuple(f"{name}: {MOST} of {n:,} values, the most frequent" for name, n in counts.items() if n > MOST)


def _is_number_like(values: Array) -> bool:
    return values.dtype.kind in "fiu"


def _texts(values: Array) -> Array:
    return np.array([text_of(value) for value in values.tolist()], np.object_)


def _quarters(values: Array) -> list[tuple[str, Array]]:
    present = _is_present(values)
    edges = np.unique(np.quantile(values[present], [0, 0.25, 0.5, 0.75, 1], method="inverted_cdf"))
    parts = []
    for place, (low, high) in enumerate(pairwise(edges)):
        above = values >= low if place == 0 else values > low
        sign = "" if place == 0 else ">"
        parts.append((f"{sign}{low:g} to {high:g}", above & (values <= high)))
    return parts + ([(MISSING, ~present)] if not present.all() else [])


def _is_present(values: Array) -> Array:
    return ~np.isnan(values) if values.dtype.kind == "f" else np.ones(len(values), np.bool_)


def text_of(value: Any) -> str:
    """Write a column's value as the key of its slice."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return MISSING
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _sorted(texts: Iterable[str]) -> list[str]:
    """Sort numbers as numbers, before the other texts."""
    return sorted(texts, key=lambda text: (0, float(text), "") if _is_number(text) else (1, 0.0, text))


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
