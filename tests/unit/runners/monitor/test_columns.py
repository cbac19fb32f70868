"""Columns are compared in one kind, however the log's JSON wrote them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models.columns import column
from runners.monitor.columns import Column, kind_of, text_of, typed
from runners.tables import ColumnReading, Reading


@pytest.mark.parametrize(
    ("values", "datatype", "kind"),
    [
        ([1, 2], "", "number"),
        ([1.5, None], "", "number"),
        (["a", "b"], "", "category"),
        ([True, False], "", "category"),
        ([1, 2], "BYTES", "category"),
        (["1", "2"], "INT64", "number"),
        ([True, False], "BOOL", "category"),
    ],
)
def test_the_datatype_decides_and_the_values_where_it_is_unknown(
    values: list[object], datatype: str, kind: str
) -> None:
    assert kind_of(pd.Series(values), datatype) == kind


def test_the_same_category_has_one_text() -> None:
    assert {text_of(value) for value in (1, 1.0, "1", np.int64(1), np.float64(1))} == {"1"}
    assert text_of(1.5) == "1.5"
    assert all(pd.isna(text_of(value)) for value in (None, np.nan, pd.NA))


def test_rows_are_typed() -> None:
    rows = pd.DataFrame({"age": [1, "2", "x", None, np.inf], "sex": [1, 1.0, "1", None, "2"]}, index=[9, 8, 7, 6, 5])
    told = typed(rows, [Column("age", "number"), Column("sex", "category"), Column("gone", "category")])
    assert told["age"].fillna(-1).tolist() == [1, 2, -1, -1, -1]
    assert told["sex"].astype(object).fillna("?").tolist() == ["1", "1", "1", "?", "2"]
    assert told["gone"].isna().all()
    assert told.index.tolist() == [0, 1, 2, 3, 4]


READINGS: dict[str, ColumnReading] = {
    "BOOL": ColumnReading("boolean"),
    "INT64": ColumnReading("integer"),
    "BYTES": ColumnReading("string"),
}
VALUES = {
    "BOOL": st.sampled_from([True, False, 0, 1, 0.0, 1.0]),
    "INT64": st.integers(-(2**53), 2**53) | st.booleans() | st.integers(-1000, 1000).map(float),
    "BYTES": st.text(st.characters(codec="utf-8"), max_size=5) | st.none(),
}


@pytest.mark.parametrize("datatype", VALUES)
@given(data=st.data())
def test_a_log_is_read_as_the_model_took_the_request(datatype: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(VALUES[datatype], min_size=1, max_size=5))
    taken = column("x", values, datatype)
    kind = kind_of(pd.Series(taken), datatype)
    reading = Reading({"x": READINGS[datatype]})
    logged, trained = (
        typed(pd.DataFrame({"x": pd.Series(each, dtype=object)}), [Column("x", kind)], reading)["x"]
        for each in (values, taken.tolist())
    )
    pd.testing.assert_series_equal(logged, trained)


def test_a_text_ends_before_its_null_characters_as_it_does_to_the_model() -> None:
    told = typed(pd.DataFrame({"x": ["a\0", "\0", "a", "b\0c", "b\0d"]}), [Column("x", "category")])["x"]
    assert told.astype(object).fillna("?").tolist() == ["a", "?", "a", "b\u2400c", "b\u2400d"]


def test_a_truth_is_one_category_however_a_client_writes_it() -> None:
    reading = Reading({"x": ColumnReading("boolean")})
    rows = pd.DataFrame({"x": pd.Series([True, 1, 0.0, "true", None], dtype=object)})
    told = typed(rows, [Column("x", "category")], reading)["x"]
    assert told.astype(object).fillna("?").tolist() == ["true", "true", "false", "true", "?"]
