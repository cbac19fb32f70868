"""Statistics of one column as JSON, by its summary.

`bounds` says which of them are estimates, and how far they may be off; without it all are exact. Means and deviations
are sums of floats, of which ten digits are told.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runners.ingest.profile.bins import BINS, binned, edges_of
from runners.tables.columns import ARROW
from runners.tables.summary import ColumnSummary
from runners.tables.summary.columns import Classes
from runners.tables.summary.distinct import ERROR
from runners.tables.summary.numbers import Numbers, values_of

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
TOP = 30
Floats = NDArray[np.float64]


def describe(column: ColumnSummary, *, distinct: int | None = None, sensitive: bool = False) -> dict[str, Any]:
    """Return the statistics of a column as JSON; of a sensitive one, those that hold none of its values.

    Args:
        column: the column's summary.
        distinct: how many of its present values differ, where that was counted beside the summary.
        sensitive: whether its values are shown nowhere.
    """
    rows = column.count + column.missing
    counted = column.exact_distinct if distinct is None else distinct
    figures: dict[str, Any] = {
        "type": column.type,
        "count": column.count,
        "missing": column.missing,
        "missing_share": rounded(column.missing / rows) if rows else 0.0,
        # An estimate never says that each row has a value of its own: where that is so, it was counted.
        "distinct": min(column.distinct, column.count - 1) if counted is None else counted,
    }
    bounds: dict[str, float] = {} if counted is not None else {"distinct": ERROR}
    if sensitive:
        figures |= {"sensitive": True, "top": []}
    elif isinstance(column.figures, Classes):
        figures |= _of_classes(column, column.figures, bounds)
    elif column.type == "datetime":
        figures |= _of_moments(column.figures, bounds)
    else:
        figures |= _of_numbers(column, column.figures, figures["distinct"], bounds)
    return figures | ({"bounds": bounds} if bounds else {})


def _of_classes(column: ColumnSummary, classes: Classes, bounds: dict[str, float]) -> dict[str, Any]:
    if column.lost:
        bounds["top"] = column.lost
    told: dict[str, Any] = {"top": top_values(column)}
    if classes.lengths:
        mean = rounded(classes.lengths.total / column.count)
        told["length"] = {"minimum": classes.lengths.shortest, "maximum": classes.lengths.longest, "mean": mean}
    return told


def _of_numbers(column: ColumnSummary, numbers: Numbers, distinct: int, bounds: dict[str, float]) -> dict[str, Any]:
    infinite = {"infinite": column.infinite} if column.infinite else {}
    if not numbers.extremes:
        return infinite
    low, high = values_of(np.array(numbers.extremes), ARROW[column.type]).to_pylist()
    bins = binned(numbers, column.type)
    quantiles, error = bins.quantiles(QUANTILES)
    edges = edges_of(float(low), float(high), distinct, whole=column.type == "integer")
    counts, off = bins.within(edges)
    bounds |= {"quantiles": rounded(error)} if error else {}
    bounds |= {"histogram": off} if off else {}
    return infinite | {
        "minimum": low,
        "maximum": high,
        "mean": rounded(numbers.moments.mean),
        "std": rounded(numbers.moments.std),
        "quantiles": {f"{q:g}": rounded(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
        "histogram": {"edges": [rounded(edge) for edge in edges], "counts": counts},
        **({"top": top_values(column)} if distinct <= TOP else {}),
    }


def _of_moments(moments: Numbers, bounds: dict[str, float]) -> dict[str, Any]:
    if not moments.extremes:
        return {}
    low, high = values_of(np.array(moments.extremes), ARROW["datetime"]).to_pylist()
    bins = binned(moments, "datetime")
    edges = edges_of(moments.extremes[0] / 1e6, moments.extremes[1] / 1e6, BINS, whole=False)
    counts, off = bins.within(edges)
    bounds |= {"histogram": off} if off else {}
    bars = {"edges": [float(edge) for edge in edges], "counts": counts, "unit": "seconds since 1970"}
    return {"minimum": low.isoformat(), "maximum": high.isoformat(), "histogram": bars}


def top_values(column: ColumnSummary, most: int = TOP) -> list[dict[str, Any]]:
    """Return the most frequent present values with their counts; ties in the order of the values."""
    return [{"value": _whole(value), "count": count} for value, count in column.top(most)]


def _whole(value: Any) -> Any:
    """Return a value as JSON can hold it; a text is never cut, since two of them may differ at their ends only."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def histogram(numbers: Floats, distinct: int, *, whole: bool) -> dict[str, list[Any]]:
    """Count finite numbers in bins; few whole numbers get a bin each."""
    edges = edges_of(float(numbers.min()), float(numbers.max()), distinct, whole=whole)
    counts = np.histogram(numbers, edges)[0]
    return {"edges": [rounded(edge) for edge in edges], "counts": [int(count) for count in counts]}


def rounded(value: Any) -> float:
    """Round to ten significant digits, so that the last bits of a sum don't make a difference."""
    return float(f"{float(value):.10g}")


def told_distinct(column: Mapping[str, Any]) -> str:
    """Write for people how many values of a column differ, and whether that is an estimate."""
    return f"{'≈ ' if 'distinct' in column.get('bounds', ()) else ''}{column['distinct']:,}"


def apart(texts: Sequence[str], most: int = 80) -> list[str]:
    """Shorten texts for people, and number those that would then be the same."""
    shown = [text if len(text) <= most else text[: most - 1] + "…" for text in texts]
    return [f"{text} ({place + 1})" if shown.count(text) > 1 else text for place, text in enumerate(shown)]
