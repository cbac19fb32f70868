"""Quantiles of a Prometheus histogram."""

from collections.abc import Mapping
from math import inf


def quantile(share: float, buckets: Mapping[float, float]) -> float | None:
    """Return a quantile of a cumulative histogram, as PromQL's `histogram_quantile` interpolates it.

    Observations are taken to lie evenly between the bounds of their bucket, of which the first begins at 0. A quantile
    in the last bucket, which has no upper bound, is its lower bound
    (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile).

    Args:
        share: 0 to 1.
        buckets: how many observations are at most as large as each bound; the bounds end with infinity.

    Returns:
        The quantile in the unit of the bounds; None where there are no observations or no finite bound.
    """
    bounds = sorted(buckets)
    if len(bounds) < 2 or bounds[-1] != inf or buckets[inf] <= 0:
        return None
    rank = share * buckets[inf]
    at = next(index for index, bound in enumerate(bounds) if buckets[bound] >= rank)
    if bounds[at] == inf:
        return bounds[-2]
    lower, below = (bounds[at - 1], buckets[bounds[at - 1]]) if at else (min(0.0, bounds[0]), 0.0)
    inside = buckets[bounds[at]] - below
    return lower + (bounds[at] - lower) * ((rank - below) / inside if inside else 1.0)
