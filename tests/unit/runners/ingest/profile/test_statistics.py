"""Statistics of a column."""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from runners.ingest.profile.statistics import apart, describe, histogram, top_values
from runners.tables.summary import ColumnSummary, summarise
from runners.tables.types import Type


def column(values: Any, type_: Type, group: int = 3) -> ColumnSummary:
    batches = pa.table({"x": values}).to_batches(max_chunksize=group)
    return summarise(batches, {"x": type_}).columns["x"]


def described(values: Any, type_: Type, group: int = 3) -> dict[str, Any]:
    return describe(column(values, type_, group))


def test_numbers_are_described() -> None:
    values = pa.array([1.0, 2.0, 3.0, 4.0, None, math.inf])
    told = described(values, "number")
    assert told["count"] == 5
    assert (told["missing"], told["missing_share"], told["infinite"]) == (1, pytest.approx(1 / 6), 1)
    assert (told["minimum"], told["maximum"], told["mean"]) == (1.0, 4.0, 2.5)
    assert told["std"] == pytest.approx(np.std([1, 2, 3, 4], ddof=1))
    assert told["quantiles"]["0.5"] == 2.5
    assert sum(told["histogram"]["counts"]) == 4


def test_few_whole_numbers_have_a_bin_each() -> None:
    told = described(pa.array([0, 1, 1, 3]), "integer")
    assert told["histogram"] == {"edges": [-0.5, 0.5, 1.5, 2.5, 3.5], "counts": [1, 2, 0, 1]}
    assert told["minimum"] == 0
    assert isinstance(told["minimum"], int)
    assert told["top"][0] == {"value": 1, "count": 2}


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [-1e300, 1e300], [1e15, 1e15 + 0.125], [5e-324, 0.0]])
def test_histograms_of_odd_ranges_count_everything(values: list[float]) -> None:
    made = histogram(np.array(values), len(set(values)), whole=False)
    assert sum(made["counts"]) == len(values)
    assert len(made["edges"]) == len(made["counts"]) + 1
    assert all(math.isfinite(edge) for edge in made["edges"])


def test_texts_are_described() -> None:
    told = described(pa.array(["b", "a", "b", None, "x" * 200]), "string")
    assert told["distinct"] == 3
    assert told["top"][:2] == [{"value": "b", "count": 2}, {"value": "a", "count": 1}]
    assert told["top"][2]["value"] == "x" * 200
    assert told["length"] == {"minimum": 1, "maximum": 200, "mean": 50.75}


def test_moments_in_time_are_described() -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (1, 2, 31)]
    told = described(pa.array([*days, None], pa.timestamp("us", "UTC")), "datetime")
    assert (told["minimum"], told["maximum"]) == ("2024-01-01T00:00:00+00:00", "2024-01-31T00:00:00+00:00")
    assert sum(told["histogram"]["counts"]) == 3


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (pa.array([], pa.int64()), "integer"),
        (pa.array([None, None], pa.float64()), "number"),
        (pa.array([None], pa.string()), "string"),
        (pa.array([None], pa.timestamp("us", "UTC")), "datetime"),
        (pa.array([], pa.bool_()), "boolean"),
        (pa.array([math.inf], pa.float64()), "number"),
    ],
)
def test_nothing_to_describe_is_no_error(values: Any, type_: Type) -> None:
    told = described(values, type_)
    assert told["count"] + told["missing"] == len(values)
    assert "mean" not in told


@pytest.mark.slow
def test_every_row_counts_in_whatever_period_they_come() -> None:
    told = described(pa.array(["A", "B"] * 1_000_001), "string", group=65_536)
    assert (told["count"], told["distinct"]) == (2_000_002, 2)
    assert [top["count"] for top in told["top"]] == [1_000_001, 1_000_001]


def test_extremes_are_the_numbers_themselves() -> None:
    large = 2**60 + 1
    told = described(pa.array([large, large + 2]), "integer")
    assert (told["minimum"], told["maximum"]) == (large, large + 2)
    assert described(pa.array([1.00000000001, 2.0]), "number")["minimum"] == 1.00000000001


def test_sensitive_values_are_counted_and_not_shown() -> None:
    told = describe(column(pa.array(["Ada", "Ada", None]), "string"), sensitive=True)
    assert (told["count"], told["distinct"], told["missing"], told["top"]) == (2, 1, 1, [])
    assert "Ada" not in str(told)


def test_texts_cut_for_people_stay_apart() -> None:
    assert apart(["a" * 90 + "x", "a" * 90 + "y", "b"]) == ["a" * 79 + "… (1)", "a" * 79 + "… (2)", "b"]


def test_ties_are_in_the_order_of_values() -> None:
    assert [top["value"] for top in top_values(column(pa.array(["c", "a", "b", "c"]), "string"))] == ["c", "a", "b"]
