"""Columns are compared in one kind, however the log's JSON wrote them."""

import numpy as np
import pandas as pd
import pytest

from runners.monitor.columns import Column, kind_of, text_of, typed


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
    assert told["sex"].fillna("?").tolist() == ["1", "1", "1", "?", "2"]
    assert told["gone"].isna().all()
    assert told.index.tolist() == [0, 1, 2, 3, 4]
