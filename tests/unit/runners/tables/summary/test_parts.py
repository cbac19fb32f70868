"""Summaries of parts, and how they join."""

import json
import math
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.tables.columns import ARROW
from runners.tables.summary import Summary, frequent, pairs, summarise, tally, to_bytes
from runners.tables.summary.moments import Comoments, Moments
from runners.tables.types import Type

FEW = 6
TYPES: dict[str, Type] = {
    "number": "number",
    "whole": "integer",
    "text": "string",
    "truth": "boolean",
    "time": "datetime",
    "class": "string",
    "target": "integer",
}
Times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
Row = st.fixed_dictionaries(
    {
        "number": st.none() | st.sampled_from([0.0, -0.0, 1.5, math.inf, -1e200]) | st.floats(-1e9, 1e9),
        "whole": st.none() | st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1),
        "text": st.none() | st.sampled_from(["a", "b", "", "ü" * 40]) | st.text("xyz", max_size=3),
        "truth": st.none() | st.booleans(),
        "time": st.none() | Times,
        "class": st.none() | st.sampled_from("abc"),
        "target": st.none() | st.integers(0, 3),
    }
)
Rows = st.lists(Row, max_size=40)
Cuts = st.lists(st.integers(0, 40), max_size=4)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """Have estimates made of a few values already, and classes be too many soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "MOST", FEW)
        patch.setattr(frequent, "MOST", FEW)
        patch.setattr(pairs, "MOST_CLASSES", FEW)
        yield


def batch(rows: list[dict[str, Any]]) -> Any:
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema([(name, ARROW[type_]) for name, type_ in TYPES.items()]))


def of(rows: list[dict[str, Any]], target: str | None = "target") -> Summary:
    return summarise([batch(rows)], TYPES, target)


def exact(summary: Summary) -> dict[str, Any]:
    """Return what must be the same however a table was cut: all but sums of floats and counts that have a bound."""
    told = json.loads(zlib.decompress(to_bytes(summary)))
    for _, column in told["columns"]:
        column["moments"] = column["moments"][:1] if "moments" in column else []
        if column.get("lost"):
            column["lost"], column["values"], column["counts"] = "some", [], []
    for one in told["pairs"].values():
        for group in filter(None, (one["by_target"], one["by_column"])):
            group["means"], group["moments"] = [], group["moments"][:1]
        one["numbers"] = one["numbers"][:1] if one["numbers"] else None
    return dict(told)


def close(left: Moments | Comoments, right: Moments | Comoments) -> bool:
    """Tell whether sums of floats are the same but for their last digits, by the size of what was summed."""
    size = max(map(abs, (*vars(left).values(), *vars(right).values())), default=0.0)
    size = 1.0 if math.isinf(size) else size
    told = zip(vars(left).values(), vars(right).values(), strict=True)
    return all(a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * size) for a, b in told)


@given(Rows, Cuts, st.sampled_from(["target", "number", "truth", None, "elsewhere"]))
def test_a_summary_is_the_same_however_the_rows_are_cut(
    rows: list[dict[str, Any]], cuts: list[int], target: str | None
) -> None:
    ends = sorted({0, len(rows), *(min(cut, len(rows)) for cut in cuts)})
    parts = [batch(rows[start:end]) for start, end in pairwise(ends)]
    whole, joined = of(rows, target), summarise(parts, TYPES, target)
    assert exact(joined) == exact(whole)
    for name in ("number", "whole"):
        assert close(joined.columns[name].figures.moments, whole.columns[name].figures.moments)  # type: ignore[union-attr]


@given(st.tuples(Rows, Rows, Rows))
def test_parts_join_in_any_order(parts: tuple[list[dict[str, Any]], ...]) -> None:
    first, second, third = map(of, parts)
    assert exact(first.merged(second).merged(third)) == exact(third.merged(first.merged(second)))
    assert exact(first.merged(of([]))) == exact(of([]).merged(first)) == exact(first)


@given(Rows)
def test_counts_are_those_of_the_rows(rows: list[dict[str, Any]]) -> None:
    summary = of(rows)
    assert summary.rows == len(rows)
    for name, column in summary.columns.items():
        present = [row[name] for row in rows if row[name] is not None]
        assert (column.count, column.missing) == (len(present), len(rows) - len(present))
        assert column.distinct == len(set(present))  # so few that the sketch knows them all
        assert column.exact_distinct in (None, len(set(present)))
        assert (column.exact_distinct is None) == (len(set(present)) > FEW) or column.infinite
        for value, count in column.top(3):
            assert count <= present.count(value) <= count + column.lost


@given(Rows)
def test_all_values_are_known_while_they_are_few(rows: list[dict[str, Any]]) -> None:
    for name, column in of(rows).columns.items():
        found = column.values()
        if found is not None and column.type != "datetime":
            assert found == sorted({row[name] for row in rows if row[name] is not None})


def test_parts_of_other_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="different columns"):
        of([]).merged(of([], None))
    with pytest.raises(ValueError, match="different columns"):
        of([]).merged(summarise([], {"number": "integer"}))
