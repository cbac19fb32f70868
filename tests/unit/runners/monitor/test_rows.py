"""Logged rows are columns, and can be looked at as rows."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from runners.monitor.rows import (
    Prediction,
    Rows,
    Values,
    factored,
    joined,
    listed,
    micros,
    objects,
    packed,
    rows_of,
    taken,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOLD = [
    Prediction(NOON, "e1#0", {"age": 40, "town": "Ulm"}, 1, 0.9),
    Prediction(NOON + timedelta(microseconds=1), "e#2#7", {"age": None, "sex": [1]}, "no", [0.1, 0.9]),
]


def test_predictions_are_columns_and_predictions_again() -> None:
    rows = rows_of(TOLD)
    assert rows[0] == Prediction(NOON, "e1#0", {"age": 40, "town": "Ulm", "sex": None}, 1, 0.9)
    assert rows[1].row == {"age": None, "town": None, "sex": [1]}
    assert (rows[1].time, rows[1].where, rows[1].probability) == (TOLD[1].time, "e#2#7", [0.1, 0.9])
    assert rows_of(rows) is rows
    assert rows == rows_of(list(rows)) == rows[:]
    assert rows != rows_of(TOLD[:1])
    assert len(rows_of([])) == 0


def test_rows_without_answers_have_none() -> None:
    rows = Rows(np.zeros(1, np.int64), ["a"], np.zeros(1, np.int64), np.zeros(1, np.int64))
    assert rows[0] == Prediction(datetime(1970, 1, 1, tzinfo=UTC), "a#0", {}, None, None)


def test_moments_are_told_in_utc() -> None:
    assert micros(datetime(1970, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == 0
    assert micros(datetime(1970, 1, 1, 0, 0, 1)) == 1_000_000  # noqa: DTZ001 - one without a zone is what is tried


@pytest.mark.parametrize(
    ("parts", "expected", "kind"),
    [
        ([pa.array([1.5]), pa.array([None], pa.float64())], [1.5, None], pa.float64()),
        ([pa.array(["a"]).dictionary_encode(), pa.array(["b"]).dictionary_encode()], ["a", "b"], None),
        ([pa.array(["a", "a"]).dictionary_encode(), pa.array(["b"])], ["a", "a", "b"], pa.string()),
        ([None, pa.array([True])], [None, True], pa.bool_()),
        ([objects([None]), pa.array([True])], [None, True], pa.bool_()),
        ([pa.array([1]), objects(["x"])], [1, "x"], object),
        ([pa.array([1]), pa.array(["x"])], [1, "x"], object),
        ([None, None], [None, None], object),
    ],
)
def test_parts_of_a_column_are_joined(parts: list[Values], expected: list[object], kind: object) -> None:
    whole = joined([(part, 1 if part is None else len(part)) for part in parts])
    assert listed(whole) == expected
    assert kind is None or (whole.type if isinstance(whole, pa.Array) else whole.dtype) == kind


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["b", None, "a", "b"]),
        pa.array(["b", None, "a", "b"]).dictionary_encode(),
        objects(["b", None, "a", "b"]),
        pd.Series(["b", None, "a", "b"], dtype=object),
        pa.array([2.5, None, 1.0, 2.5]),
        objects([1, "a", None, 1]),
        [1, None, 2, 1],
    ],
)
def test_a_column_is_the_places_of_its_values_and_these(values: Values) -> None:
    codes, distinct = factored(values)
    told = values if isinstance(values, list) else listed(values)
    assert [distinct[code] for code in codes] == told
    assert len(set(distinct)) == len(distinct) == 3


def test_texts_are_packed_where_few_differ() -> None:
    assert pa.types.is_dictionary(packed(pa.array(["a", "a", "b", "a"])).type)
    assert packed(pa.array(["a", "b"])).type == pa.string()
    assert listed(taken(packed(pa.array(["a", "a", "b", "a"])), np.array([2, 0]))) == ["b", "a"]
    assert listed(taken(objects([1, "b"]), np.array([1]))) == ["b"]
