"""How columns go with each other: the measures of others, and what must make no difference to them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from runners.ingest.profile.association import cramers_v
from runners.ingest.profile.correlations import (
    FEWEST,
    MOST_CLASSES,
    MOST_COLUMNS,
    MOST_PAIRS,
    MOST_ROWS,
    MOST_SHOWN,
    Correlations,
    correlate,
)
from runners.tables.types import Type

CHANCE = np.random.default_rng(7)
N = 400
SIGNAL = CHANCE.normal(size=N)
ROUGH = np.round(SIGNAL + CHANCE.normal(size=N))
CLASSES = np.digitize(SIGNAL + CHANCE.normal(size=N), [-1, 0, 1])
NAMES = np.array(list("abcd"))[CLASSES]


def values(found: Correlations) -> dict[frozenset[str], tuple[str, float, int]]:
    return {frozenset(pair.columns): (pair.measure, round(pair.value, 6), pair.rows) for pair in found.pairs}


def one(left: Any, left_type: Type, right: Any, right_type: Type) -> tuple[str, float, int]:
    found = correlate({"x": pa.array(left), "y": pa.array(right)}, {"x": left_type, "y": right_type})
    return values(found)[frozenset("xy")]


def test_numbers_have_spearmans_correlation() -> None:
    expected = stats.spearmanr(SIGNAL, ROUGH).statistic
    assert one(SIGNAL, "number", ROUGH, "number") == ("spearman", pytest.approx(expected, abs=1e-6), N)
    days = np.datetime64("2024-01-01") + np.argsort(np.argsort(SIGNAL)).astype("timedelta64[D]")
    expected = stats.spearmanr(SIGNAL, CLASSES).statistic
    moments = pa.array(days).cast(pa.timestamp("us", tz="UTC"))
    assert one(moments, "datetime", CLASSES, "integer") == ("spearman", pytest.approx(expected, abs=1e-6), N)


def test_numbers_and_classes_have_the_correlation_ratio_of_the_ranks() -> None:
    ranks = stats.rankdata(SIGNAL)
    means = np.array([ranks[place == CLASSES].mean() for place in range(4)])
    left = 1 - float(((means[CLASSES] - ranks.mean()) ** 2).sum()) / float(((ranks - ranks.mean()) ** 2).sum())
    expected = np.sqrt(1 - left * (N - 1) / (N - 4))
    assert one(NAMES, "string", SIGNAL, "number") == ("correlation_ratio", pytest.approx(expected, abs=1e-6), N)
    assert one(SIGNAL > 0, "boolean", SIGNAL > 0.0, "boolean")[1] == 1
    assert one(SIGNAL > 0, "boolean", (SIGNAL > 0).astype(int), "integer") == ("correlation_ratio", 1, N)


def test_classes_have_cramers_v() -> None:
    table = np.array([[int(((a == NAMES) & ((SIGNAL > 0) == b)).sum()) for b in (False, True)] for a in "abcd"])
    assert one(NAMES, "string", SIGNAL > 0, "boolean") == ("cramers_v", round(cramers_v(table) or 0, 6), N)


def test_rows_in_which_either_is_missing_are_left_out() -> None:
    gaps, others = CHANCE.random(N) < 0.3, CHANCE.random(N) < 0.3
    both = ~gaps & ~others
    copy = pa.array(SIGNAL, mask=gaps)
    assert one(copy, "number", pa.array(SIGNAL * 2, mask=others), "number")[2] == int(both.sum())
    assert one(copy, "number", pa.array(NAMES, mask=others), "string")[2] == int(both.sum())
    assert one(pa.array(NAMES, mask=gaps), "string", pa.array(NAMES, mask=others), "string")[1:] == (1, both.sum())
    never = correlate(
        {"x": pa.array(SIGNAL, mask=both), "y": pa.array(SIGNAL, mask=~both)}, {"x": "number", "y": "number"}
    )
    assert never.pairs == ()


COLUMNS: list[tuple[Type, Any]] = [
    ("number", st.floats(allow_nan=True, allow_infinity=True)),
    ("integer", st.integers(-(2**62), 2**62)),
    ("integer", st.integers(0, 3)),
    ("boolean", st.booleans()),
    ("string", st.sampled_from(["", "a", "ä", "A", "long " * 30])),
    ("string", st.text(max_size=4)),
    ("datetime", st.integers(-(2**40), 2**40)),
]
ARROW = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "datetime": pa.timestamp("us", tz="UTC"),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Type]]:
    """Draw a table of all types, some values missing, whose columns have few rows of their own and repeat them."""
    seeds, rows = draw(st.integers(1, 8)), draw(st.integers(FEWEST, 60))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns, types = {}, dict[str, Type]()
    for place, (type_, strategy) in enumerate(draw(st.lists(st.sampled_from(COLUMNS), min_size=2, max_size=5))):
        pool = draw(st.lists(strategy | st.none(), min_size=seeds, max_size=seeds))
        drawn = [pool[at] for at in chance.integers(0, seeds, rows)]
        columns[f"c{place}"], types[f"c{place}"] = pa.array(drawn, ARROW[type_]), type_
    return columns, types


Table = tuple[dict[str, Any], dict[str, Type]]


@settings(max_examples=60)
@given(tables(), st.integers(0, 2**32))
def test_neither_the_order_of_rows_nor_that_of_columns_makes_a_difference(table: Table, seed: int) -> None:
    rows, types = table
    order = pa.array(np.random.default_rng(seed).permutation(len(rows["c0"])))
    found = correlate(rows, types)
    shuffled = correlate({name: column.take(order) for name, column in rows.items()}, types)
    assert shuffled.as_json() == found.as_json()
    assert values(correlate(rows, dict(reversed(types.items())))) == values(found)
    for pair in found.pairs:
        low, high = pair.interval()
        assert -1 <= low - 1e-9 <= pair.value <= high + 1e-9 <= 1 + 1e-8
        assert pair.least(5.0) <= pair.least() <= abs(pair.value)
        assert pair.value >= 0 or pair.measure == "spearman"


@settings(max_examples=60)
@given(tables(), st.booleans())
def test_neither_monotone_maps_nor_other_names_make_a_difference(table: Table, falls: bool) -> None:
    rows, types = table
    mapped = {name: _mapped(column, types[name], falls=falls) for name, column in rows.items()}
    before, after = values(correlate(rows, types)), values(correlate(mapped, types))
    # All numbers fall or none does, so that no sign changes.
    assert after == before


def _mapped(column: Any, type_: Type, *, falls: bool) -> Any:
    told = column.to_pylist()
    there = sorted({one for one in told if one is not None and one == one})  # noqa: PLR0124 - NaN isn't itself
    places = {one: place for place, one in enumerate(reversed(there) if falls else there)}
    if type_ == "boolean":
        return pa.array([None if one is None else not one for one in told])
    if type_ == "string":
        return pa.array([None if one is None else f"class {-places[one]}" for one in told])
    return pa.array([places[one] ** 3 if one in places else None for one in told], pa.int64()).cast(ARROW[type_])


def test_what_falls_as_another_rises_has_a_sign() -> None:
    assert one(SIGNAL, "number", -(SIGNAL**3), "number") == ("spearman", -1, N)


@pytest.mark.parametrize("rows", [0, 1, 2, FEWEST - 1])
def test_of_few_rows_nothing_is_said(rows: int) -> None:
    types: dict[str, Type] = {"x": "number", "y": "string", "z": "number"}
    there = {"x": pa.array(SIGNAL[:rows]), "y": pa.array(NAMES[:rows]), "z": pa.array(SIGNAL[:rows])}
    assert correlate(there, types).pairs == ()
    assert correlate({}, types).pairs == ()


@pytest.mark.parametrize("value", [1.0, float("nan"), float("inf"), None])
def test_of_columns_that_are_all_the_same_nothing_is_said(value: float | None) -> None:
    same, names = pa.array([value] * N, pa.float64()), pa.array(["a"] * N)
    types: dict[str, Type] = {"x": "number", "same": "number", "names": "string"}
    assert correlate({"x": pa.array(SIGNAL), "same": same, "names": names}, types).columns == ("x",)


def test_infinite_numbers_are_the_largest_and_nan_is_missing() -> None:
    odd = SIGNAL.copy()
    odd[SIGNAL > 1], odd[SIGNAL < -1] = np.inf, -np.inf
    clipped = np.clip(SIGNAL, -1, 1)
    assert one(odd, "number", clipped, "number")[1] == 1
    odd[:50] = np.nan
    assert one(odd, "number", clipped, "number") == ("spearman", pytest.approx(1, abs=2e-3), N - 50)


@pytest.mark.parametrize("type_", ["number", "string"])
def test_of_a_thousand_columns_the_first_are_compared(type_: Type) -> None:
    made = [
        pa.array(one)
        for one in (CHANCE.normal(size=(1000, 50)), CHANCE.choice(list("abc"), (1000, 50)))[type_ == "string"]
    ]
    found = correlate({f"c{at}": one for at, one in enumerate(made)}, {f"c{at}": type_ for at in range(1000)})
    assert (len(found.columns), found.left_out) == (MOST_COLUMNS, 1000 - MOST_COLUMNS)
    assert len(found.pairs) == MOST_COLUMNS * (MOST_COLUMNS - 1) / 2
    told = found.as_json()
    assert len(told["pairs"]) == MOST_PAIRS
    assert [len(told["matrix"]["columns"]), *map(len, told["matrix"]["values"])] == [MOST_SHOWN] * (MOST_SHOWN + 1)
    sizes = [abs(pair["value"]) for pair in told["pairs"]]
    assert sizes == sorted(sizes, reverse=True)


def test_rows_are_bounded_and_columns_of_too_many_classes_are_left_out() -> None:
    many = 3 * MOST_ROWS
    rows = {"a": pa.array(np.arange(many)), "b": pa.array(-np.arange(many)), "text": pa.array(map(str, range(many)))}
    rows["few"] = pa.array([str(one % MOST_CLASSES) for one in range(many)])
    found = correlate(rows, {"a": "integer", "text": "string", "b": "integer", "few": "string"})
    assert (found.rows, found.columns) == (MOST_ROWS, ("a", "b", "few"))
    assert {pair.rows for pair in found.pairs} == {MOST_ROWS}


def test_the_matrix_is_symmetric_and_has_nothing_where_nothing_is_known() -> None:
    rows: Mapping[str, Any] = {
        "first": pa.array(SIGNAL, mask=np.arange(N) >= N // 2),
        "names": pa.array(NAMES),
        "last": pa.array(SIGNAL, mask=np.arange(N) < N // 2),
    }
    found = correlate(rows, {"first": "number", "names": "string", "last": "number"})
    left, right = (round(pair.value, 3) for pair in found.pairs)
    matrix = found.as_json()["matrix"]
    assert matrix["columns"] == ["first", "names", "last"]
    assert matrix["values"] == [[None, left, None], [left, None, right], [None, right, None]]
