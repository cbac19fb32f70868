"""How far two versions of a column are from each other, by what their profiles tell: no row is read again.

The Jensen-Shannon distance (base 2, from 0 to 1; Lin, 1991) of histograms, whose bars are taken for even, on all edges
of both; of categories by their most frequent values, and all others as one.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import log2, sqrt
from typing import Any

from reconciler.web.pages.documents import Facts, mapping, mappings, number, numbers

MOST = 400
"""Edges, or values, that are looked at."""


def distance(before: Facts, after: Facts) -> float | None:
    """Return the distance of a column's two profiles; None where they can't be held against each other."""
    if "histogram" in before and "histogram" in after:
        pair = _of_numbers(mapping(before, "histogram"), mapping(after, "histogram"))
    else:
        pair = _of_values(before, after)
    return jensen_shannon(*pair) if pair else None


def jensen_shannon(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return the Jensen-Shannon distance of two lists of counts; None where one of them counts nothing."""
    left, right = sum(one), sum(other)
    if left <= 0 or right <= 0:
        return None
    divergence = 0.0
    for a, b in zip(one, other, strict=True):
        p, q = a / left, b / right
        middle = (p + q) / 2
        divergence += sum(x * log2(x / middle) / 2 for x in (p, q) if x > 0)
    return sqrt(max(0.0, divergence))


def _of_numbers(before: Facts, after: Facts) -> tuple[list[float], list[float]] | None:
    both = [_bars(told) for told in (before, after)]
    if not all(both) or before.get("unit") != after.get("unit"):
        return None
    edges = sorted({edge for told in both if told for edge in told[0]})[:MOST]
    cumulated = [[_below(edge, *told) for edge in edges] for told in both if told]
    parts = [[b - a for a, b in zip([0.0, *told], [*told, told[-1]], strict=False)] for told in cumulated]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _bars(told: Facts) -> tuple[list[float], list[float]] | None:
    edges = [edge for edge in numbers(told, "edges") if edge is not None]
    counts = [max(0.0, count or 0.0) for count in numbers(told, "counts")]
    is_sound = len(edges) == len(counts) + 1 > 1 and edges == sorted(edges)
    return (edges, counts) if is_sound else None


def _below(value: float, edges: Sequence[float], counts: Sequence[float]) -> float:
    """Return how many stand at or below a value, where those of a bar are spread evenly over it."""
    place = bisect_right(edges, value) - 1
    if place < 0:
        return 0.0
    whole = sum(counts[:place])
    if place >= len(counts):
        return whole
    width = edges[place + 1] - edges[place]
    return whole + counts[place] * ((value - edges[place]) / width if width > 0 else 1.0)


def _of_values(before: Facts, after: Facts) -> tuple[list[float], list[float]] | None:
    one, other = _counts(before), _counts(after)
    if not one or not other:
        return None
    names = sorted(one.keys() | other.keys())[:MOST]
    return [one.get(name, 0.0) for name in names], [other.get(name, 0.0) for name in names]


def _counts(told: Facts) -> Mapping[str, float]:
    """Return how often each of the most frequent values is there, and all others as one."""
    top: dict[str, Any] = {f"={one.get('value')}": number(one.get("count")) or 0.0 for one in mappings(told, "top")}
    others = (number(told.get("count")) or 0.0) - sum(top.values())
    return {**top, **({"others": others} if others > 0 else {})} if top else {}
