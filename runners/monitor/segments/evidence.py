"""Drift of every column within every segment, as e-values: evidence that holds at one rate however many there are."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from runners.monitor.binning import Binning, Counts, binning
from runners.monitor.chance import jensen_shannon
from runners.monitor.columns import Column
from runners.monitor.segments.groups import Grouping
from runners.monitor.tables import Tables
from runners.sequential.columns import drifted


class Moved(NamedTuple):
    """How far a column of a segment is from the reference's, and the logarithm of the e-value that it moved."""

    column: str
    distance: float
    nats: float
    is_drifted: bool = False


def moved(
    groups: Sequence[Grouping], tables: Tables, columns: Sequence[Column], *, fewest: int, limits: tuple[float, float]
) -> list[list[list[Moved]]]:
    """Return of each segment of each grouping how its columns moved, the farthest beyond chance first.

    Args:
        groups: the segments.
        tables: what is compared.
        columns: which of their columns.
        fewest: rows of a side below which a segment isn't judged.
        limits: the distance below which no column drifts, and the rate of false alarms of all together.
    """
    bins = {one.name: found for one in columns if (found := binning(tables.known[one.name], one))}
    sides = [{name: cut.places(rows[name]) for name, cut in bins.items()} for rows in (tables.held_out, tables.now)]
    told = [_of_grouping(one, tables, columns, (bins, sides), fewest) for one in groups]
    flat = [each for segments in told for segment in segments for each in segment]
    fallen = set(drifted([each.nats for each in flat], limits[1]))
    judged = iter(each._replace(is_drifted=at in fallen and each.distance > limits[0]) for at, each in enumerate(flat))
    return [[_ordered([next(judged) for _ in segment]) for segment in segments] for segments in told]


def _ordered(found: list[Moved]) -> list[Moved]:
    return sorted(found, key=lambda one: (not one.is_drifted, -one.nats, one.column))


def _of_grouping(
    group: Grouping,
    tables: Tables,
    columns: Sequence[Column],
    binned: tuple[Mapping[str, Binning], Sequence[Mapping[str, Any]]],
    fewest: int,
) -> list[list[Moved]]:
    bins, sides = binned
    segments = [group.places(rows) for rows in (tables.held_out, tables.now)]
    found: list[list[Moved]] = [[] for _ in group.names]
    for column in columns:
        if column.name not in bins or (column.kind == "category" and column.name in group.columns):
            continue
        cut = bins[column.name]
        usual, now = (
            _counts(place, side[column.name], (len(group.names), cut.size))
            for place, side in zip(segments, sides, strict=True)
        )
        enough = np.minimum(usual.sum(axis=1), now.sum(axis=1)) >= fewest
        distances, logs = jensen_shannon(usual, now), evidence(usual, now)
        for at in np.flatnonzero(enough).tolist():
            found[at].append(Moved(column.name, float(distances[at]), float(logs[at])))
    return found


def _counts(segments: Any, places: Any, shape: tuple[int, int]) -> Counts:
    """Count by segment and bin; what is missing is in none."""
    names, size = shape
    keys = segments * (size + 1) + places
    return np.bincount(keys, minlength=names * (size + 1)).reshape(names, size + 1)[:, :size]


def evidence(usual: Counts, now: Counts) -> Any:
    """Return the logarithms of e-values that two samples are from different populations, by rows of counts.

    It is `runners.sequential.columns.evidence`, of many at once: the law of the urn by gamma functions.
    """
    marked = usual + now
    left = usual.sum(axis=-1, keepdims=True) - np.cumsum(usual, axis=-1) + usual
    right = now.sum(axis=-1, keepdims=True) - np.cumsum(now, axis=-1) + now
    lowest, highest = np.maximum(0, marked - left), np.minimum(marked, right)
    law = _choices(marked, now) + _choices(left + right - marked, right - now) - _choices(left + right, right)
    return (-np.log(highest - lowest + 1) - law).sum(axis=-1)


def _choices(things: Any, drawn: Any) -> Any:
    return special.gammaln(things + 1) - special.gammaln(drawn + 1) - special.gammaln(things - drawn + 1)
