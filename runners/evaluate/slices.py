"""Slices: the metrics again, on the rows where a column has each of its values."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

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


class Slicing(NamedTuple):
    """A column cut to slices: each value as text, in order, with where it is; and how many values the column has."""

    parts: list[tuple[str, Array]]
    values: int


def slicings_of(columns: Mapping[str, Array]) -> dict[str, Slicing]:
    """Cut some columns, given as arrays of N values, to slices: once for all that is told of them."""
    return {name: slicing_of(values) for name, values in columns.items()}


def slice_metrics(answers: Answers, slicings: Mapping[str, Slicing]) -> Slices:
    """Return every metric on every slice of some columns."""
    prepared = {metric.name: metric.prepare(answers) for metric in metrics_of(answers)}
    slices: Slices = {}
    for name, (masks, _) in slicings.items():
        weights = np.array([mask for _, mask in masks], np.float64)
        figures = {metric: weigh(weights) for metric, weigh in prepared.items()}
        slices[name] = {
            value: {m: round(float(f[i]), 6) for m, f in figures.items() if np.isfinite(f[i])}
            | {"rows": float(mask.sum())}
            for i, (value, mask) in enumerate(masks)
        }
    return slices


def slicing_of(values: Array) -> Slicing:
    """Cut a column: to quarters where it has many numbers, else to its most frequent values."""
    if _is_number_like(values) and len(np.unique(values[_is_present(values)])) > MOST:
        quarters = _quarters(values)
        return Slicing(quarters, len(quarters))
    texts = _texts(values)
    found, counts = np.unique(texts, return_counts=True)
    frequent = {found[place] for place in np.argsort(-counts, kind="stable")[:MOST]}
    return Slicing([(str(text), texts == text) for text in _sorted(frequent)], len(found))


def cut_of(slicings: Mapping[str, Slicing]) -> tuple[str, ...]:
    """Say of which columns not every value is a slice, such as `town: 20 of 142 values, the most frequent`."""
    told = ((name, len(parts), values) for name, (parts, values) in slicings.items())
    return tuple(f"{name}: {parts} of {n:,} values, the most frequent" for name, parts, n in told if n > parts)


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
