"""Statistics of one column: of all its rows, read once, in a stream of row groups.

Nothing is sampled: memory holds one column.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc
from pyarrow import parquet

from runners.tables.content import GROUP_ROWS

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 24
TOP = 30
HUGE = 1e150
"""A number whose square can't be held: for statistics it is infinite."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared deviations of numbers, with their extremes."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    minimum: float = math.inf
    maximum: float = -math.inf

    @property
    def std(self) -> float:
        """Return the sample standard deviation, 0 below two values."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    def merged(self, other: "Moments") -> "Moments":
        """Join the moments of two disjoint sets of numbers.

        Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
        """
        if not other.count or not self.count:
            return self if self.count else other
        count, step = self.count + other.count, other.mean - self.mean
        return Moments(
            count,
            self.mean + step * other.count / count,
            self.squares + other.squares + step * step * self.count * other.count / count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )


def moments_of(numbers: Floats) -> Moments:
    """Return the moments of finite numbers."""
    if not numbers.size:
        return Moments()
    mean = float(numbers.mean())
    squares = float(((numbers - mean) ** 2).sum())
    return Moments(numbers.size, mean, squares, float(numbers.min()), float(numbers.max()))


@dataclass(frozen=True)
class Column:
    """A column as it was read: its values, and their figures so far."""

    values: Any
    count: int
    missing: int
    infinite: int
    moments: Moments


def read_column(path: Path, name: str) -> Column:
    """Read a column of a Parquet file of plain columns."""
    kept, moments, missing, infinite, rows = [], Moments(), 0, 0, 0
    with parquet.ParquetFile(path) as file:
        arrow = file.schema_arrow.field(name).type
        for batch in file.iter_batches(columns=[name], batch_size=GROUP_ROWS):
            values = batch.column(name)
            missing += values.null_count
            if pa.types.is_integer(arrow) or pa.types.is_floating(arrow):
                numbers = numbers_of(values)
                moments = moments.merged(moments_of(numbers))
                infinite += len(values) - values.null_count - numbers.size
            kept.append(values)
            rows += len(values)
    return Column(pa.chunked_array(kept, arrow).combine_chunks(), rows - missing, missing, infinite, moments)


def numbers_of(values: Any) -> Floats:
    """Return the finite present values of a numeric array; those above `HUGE` are left out as infinite."""
    numbers: Floats = values.drop_null().to_numpy(zero_copy_only=False).astype(np.float64)
    return numbers[np.abs(numbers) < HUGE]


def describe(read: Column, type_: str, *, sensitive: bool = False) -> dict[str, Any]:
    """Return the statistics of a column as JSON; of a sensitive one, those that hold none of its values.

    Args:
        read: the column.
        type_: the spec's word for its type.
        sensitive: whether its values are shown nowhere.
    """
    rows = read.count + read.missing
    figures: dict[str, Any] = {
        "type": type_,
        "count": read.count,
        "missing": read.missing,
        "missing_share": rounded(read.missing / rows) if rows else 0.0,
        "distinct": int(pc.count_distinct(read.values, mode="only_valid").as_py()),
    }
    if sensitive:
        return figures | {"sensitive": True, "top": []}
    if type_ in ("integer", "number"):
        return figures | _of_numbers(read, figures["distinct"], whole=type_ == "integer")
    if type_ == "datetime":
        return figures | _of_moments(read.values)
    return figures | {"top": top_values(read.values)} | (_of_text(read.values) if type_ == "string" else {})


def _of_numbers(read: Column, distinct: int, *, whole: bool) -> dict[str, Any]:
    infinite = {"infinite": read.infinite} if read.infinite else {}
    if not read.moments.count:
        return infinite
    numbers, moments = numbers_of(read.values), read.moments
    quantiles = np.quantile(numbers, QUANTILES)
    return infinite | {
        **_extremes(read, whole=whole),
        "mean": rounded(moments.mean),
        "std": rounded(moments.std),
        "quantiles": {f"{q:g}": rounded(value) for q, value in zip(QUANTILES, quantiles, strict=True)},
        "histogram": histogram(numbers, distinct, whole=whole),
        **({"top": top_values(read.values)} if distinct <= TOP else {}),
    }


def histogram(numbers: Floats, distinct: int, *, whole: bool, exact: bool = False) -> dict[str, list[Any]]:
    """Count finite numbers in bins; few whole numbers get a bin each. Edges are rounded, unless they are `exact`."""
    low, high = float(numbers.min()), float(numbers.max())
    if whole and high - low < BINS:
        edges = np.arange(low - 0.5, high + 1.5)
        counts = np.histogram(numbers, edges)[0]
    else:
        # A range too narrow for its magnitude can't be divided: one bin then.
        bins = max(1, min(BINS, distinct)) if (high - low) > abs(high) * 1e-12 else 1
        edges = np.linspace(low, high if high > low else low + 1, bins + 1)
        counts = np.histogram(numbers, edges)[0]
    return {"edges": [float(e) if exact else rounded(e) for e in edges], "counts": [int(count) for count in counts]}


def _of_moments(values: Any) -> dict[str, Any]:
    micros = values.cast(pa.int64()).drop_null().to_numpy(zero_copy_only=False)
    if not micros.size:
        return {}
    bars = histogram(micros.astype(np.float64) / 1e6, BINS, whole=False, exact=True)
    extremes = pc.min_max(values).as_py()
    return {
        "minimum": extremes["min"].isoformat(),
        "maximum": extremes["max"].isoformat(),
        "histogram": bars | {"unit": "seconds since 1970"},
    }


def _of_text(values: Any) -> dict[str, Any]:
    lengths = pc.utf8_length(values)
    if lengths.null_count == len(lengths):
        return {}
    return {
        "length": {
            "minimum": pc.min(lengths).as_py(),
            "maximum": pc.max(lengths).as_py(),
            "mean": rounded(pc.mean(lengths).as_py()),
        }
    }


def top_values(values: Any, most: int = TOP) -> list[dict[str, Any]]:
    """Return the most frequent present values with their counts; ties in the order of the values."""
    counted = pc.value_counts(values.drop_null())
    if not len(counted):
        return []
    table = pa.table({"value": counted.field("values"), "count": counted.field("counts")})
    first = table.sort_by([("count", "descending"), ("value", "ascending")]).slice(0, most).to_pylist()
    return [{"value": _whole(row["value"]), "count": row["count"]} for row in first]


def _whole(value: Any) -> Any:
    """Return a value as JSON can hold it; a text is never cut, since two of them may differ at their ends only."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _extremes(read: Column, *, whole: bool) -> dict[str, int | float]:
    """Return the lowest and the highest number as they are: a range that is made from them must hold them."""
    if not whole:
        return {"minimum": read.moments.minimum, "maximum": read.moments.maximum}
    found = pc.min_max(read.values).as_py()
    return {"minimum": found["min"], "maximum": found["max"]}


def rounded(value: Any) -> float:
    """Round to ten significant digits, so that the last bits of a sum don't make a difference."""
    return float(f"{float(value):.10g}")


def apart(texts: Sequence[str], most: int = 80) -> list[str]:
    """Shorten texts for people, and number those that would then be the same."""
    shown = [text if len(text) <= most else text[: most - 1] + "…" for text in texts]
    return [f"{text} ({place + 1})" if shown.count(text) > 1 else text for place, text in enumerate(shown)]
