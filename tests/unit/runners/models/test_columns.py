"""Columns of a request: what is brought to the model's types, and what is told when it can't be."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import Column, ModelInputError, Signature, Tensor
from runners.models.columns import as_json, column, moments, tensor_of
from runners.models.feed import feed


@pytest.mark.parametrize(
    ("values", "datatype", "expected"),
    [
        ([1, 2.5, None], "FP32", [1, 2.5, np.nan]),
        ([[1.5], [2]], "FP64", [1.5, 2]),
        (np.array([[1], [2]], np.int32), "FP32", [1, 2]),
        ([True, False], "FP32", [1, 0]),
        ([1, 2.0], "INT64", [1, 2]),
        (np.array([3, 4], np.uint8), "INT64", [3, 4]),
        ([2**40], "INT64", [2**40]),
        (["a", None, b"c", float("nan")], "BYTES", ["a", "", "c", ""]),
        (np.array(["a", "b"]), "BYTES", ["a", "b"]),
        (["a\0b", "end\0", "\0\0"], "BYTES", ["a\0b", "end", ""]),
        (["end\0", None, b"end\0"], "BYTES", ["end", "", "end"]),
        (np.array([b"a"]), "BYTES", ["a"]),
        ([["a"], ["b"]], "BYTES", ["a", "b"]),
        ([True, 0, 1.0], "BOOL", [True, False, True]),
    ],
)
def test_what_fits_is_brought_to_its_type(values: Any, datatype: str, expected: list[Any]) -> None:
    brought = column("x", values, datatype)
    np.testing.assert_array_equal(brought, np.array(expected, brought.dtype))


@pytest.mark.parametrize(
    ("values", "datatype", "told"),
    [
        (["1"], "FP32", "x of row 0 is `1`: a number is taken"),
        ([1.0, "b"], "FP32", "x of row 1 is `b`"),
        ([1e39], "FP32", "too large or infinite"),
        ([float("inf")], "FP64", "too large or infinite"),
        ([1.5], "INT64", "x of row 0 is 1.5: a whole number is taken"),
        ([1, None], "INT64", "row 1 is missing"),
        ([2**70], "INT64", "beyond 64 bits"),
        ([2**63], "INT64", "beyond 64 bits"),
        ([2.0**63], "INT64", "x of row 0 is 9.223372036854776e+18"),
        ([float("inf")], "INT64", "x of row 0 is inf"),
        ([1], "BYTES", 'x of row 0 is 1: text, such as "1" is taken'),
        ([2], "BOOL", "true or false is taken"),
        ("abc", "BYTES", "must be a list"),
        (3, "FP32", "must be a list"),
        ([[1, 2], [3, 4]], "FP32", "the shape [2, 2]"),
        ([[1], [2, 3]], "FP32", "one value for each row"),
        (np.array(["2024-01-01"], "datetime64[D]"), "FP32", "must hold numbers"),
        (np.array(["2024-01-01"], "datetime64[D]"), "INT64", "must hold whole numbers"),
    ],
)
def test_what_does_not_fit_is_told_by_column_and_row(values: Any, datatype: str, told: str) -> None:
    with pytest.raises(ModelInputError) as failure:
        column("x", values, datatype)
    assert told in failure.value.what
    assert failure.value.where == "x"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)


@given(values=JSON, datatype=st.sampled_from(["FP32", "FP64", "INT64", "BYTES", "BOOL"]))
def test_whatever_json_comes_it_is_taken_or_told(values: Any, datatype: str) -> None:
    with suppress(ModelInputError):
        assert column("x", values, datatype).ndim == 1


def test_columns_become_tensors(known: Signature) -> None:
    fed = feed(known, {"weight": [3], "age": [1.5], "id": ["somebody"]})
    assert {name: array.tolist() for name, array in fed.items()} == {"age": [[1.5]], "weight": [[3]]}
    assert fed["weight"].dtype == np.float32


@pytest.mark.parametrize(
    ("columns", "told", "where"),
    [
        ({"age": [1]}, "the column weight is missing", "weight"),
        (
            {"age": [1], "weight": [1], "wieght": [1]},
            "wieght is no column of this model; did you mean weight?",
            "wieght",
        ),
        ({"age": [1], "weight": [1], "zzz": [1]}, "zzz is no column of this model: it takes age, weight", "zzz"),
        ({"age": [1, 2], "weight": [1]}, "weight has 1 rows, and age has 2", "weight"),
        ({"age": [], "weight": []}, "there are no rows", ""),
        ({}, "the column age is missing", "age"),
    ],
)
def test_missing_unknown_and_uneven_columns_are_told(
    known: Signature, columns: dict[str, Any], told: str, where: str
) -> None:
    with pytest.raises(ModelInputError) as failure:
        feed(known, columns)
    assert told in failure.value.what
    assert failure.value.where == where


@pytest.fixture
def matrix(known: Signature) -> Signature:
    """Return a model that takes both columns as one matrix."""
    return replace(known, tensors=(Tensor("X", "FP32", ("age", "weight")),))


def test_a_matrix_is_made_from_its_columns_or_taken_whole(matrix: Signature) -> None:
    by_column = feed(matrix, {"age": [1, 2], "weight": [3, 4]})
    whole = feed(matrix, {"X": [[1, 3], [2, 4]]})
    assert by_column["X"].tolist() == whole["X"].tolist() == [[1, 3], [2, 4]]


def test_a_matrix_of_another_width_is_told(matrix: Signature) -> None:
    with pytest.raises(ModelInputError, match="X has 3 values a row, and the model takes 2"):
        feed(matrix, {"X": [[1, 2, 3]]})
    with pytest.raises(ModelInputError, match="rows of the same length"):
        feed(matrix, {"X": [[1, 2], [3]]})


def test_a_picture_may_be_nested_as_it_likes(known: Signature) -> None:
    pictures = replace(
        known, inputs=(Column("image", "FP32", (-1, 4)),), tensors=(Tensor("image", "FP32", ("image",)),)
    )
    assert feed(pictures, {"image": [[[0, 1], [1, 0]]]})["image"].tolist() == [[0, 1, 1, 0]]
    with pytest.raises(ModelInputError, match="image has 3 values a row, and the model takes 4"):
        feed(pictures, {"image": [[1, 2, 3]]})
    with pytest.raises(ModelInputError, match="there are no rows"):
        feed(pictures, {"image": []})


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "2026-01-01T25:00", "12/31/2026"])
def test_what_is_no_moment_is_told_by_its_row(value: str) -> None:
    with pytest.raises(ModelInputError, match=r"c of row 1 is .*ISO 8601"):
        moments("c", ["2026-01-01", value])


def test_moments_of_a_client_are_those_of_a_file() -> None:
    given_ = ["1969-12-31T23:59:59.999999", "2026-05-01T02:00:00+02:00", "", None, b" 2026-05-01 "]
    file = np.array(["1969-12-31T23:59:59.999999", "2026-05-01", "NaT", "NaT", "2026-05-01"], "datetime64[us]")
    assert moments("c", given_).tolist() == moments("c", file).tolist()
    assert tensor_of(Column("c", "BYTES"), "INT64", given_).shape == (5, 1)


def test_values_are_written_as_a_client_writes_them() -> None:
    (moment,) = np.array(["2026-05-01T12:00"], "datetime64[us]").tolist()
    assert [as_json(value) for value in (moment, float("nan"), None, "a", 1)] == [
        "2026-05-01T12:00:00Z", None, None, "a", 1,
    ]  # fmt: skip
