"""Requests become columns, or an error that says what was expected."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import Column, ModelInputError, Tensor
from runners.serve.columns import expected, of_instances, of_tensors
from tests.unit.runners.serve.tiny import signature

PICTURES = signature(inputs=(Column("image", "FP32", (-1, 4)),), tensors=(Tensor("image", "FP32", ("image",)),))


@dataclass
class Given:
    """A tensor of a request."""

    name: str
    shape: list[int]
    data: list[Any] | None = None
    raw: Any = None
    datatype: str = "FP32"

    def as_numpy(self) -> Any:
        return np.asarray(self.raw).reshape(self.shape)


def test_instances_by_column() -> None:
    rows = [{"AGEP": 30, "SEX": "1", "id": 7}, {"AGEP": None, "SEX": "2", "id": 8}]
    columns = of_instances({"instances": rows}, signature())
    assert columns == {"AGEP": [30, None], "SEX": ["1", "2"], "id": [7, 8]}


def test_instances_as_lists_are_in_the_order_of_the_columns() -> None:
    assert of_instances({"instances": [[30, "1"], [60, "2"]]}, signature()) == {"AGEP": [30, 60], "SEX": ["1", "2"]}


def test_instances_of_pictures() -> None:
    assert of_instances({"instances": [[0, 1, 0, 1]]}, PICTURES) == {"image": [[0, 1, 0, 1]]}
    assert of_instances({"instances": [{"image": [0, 1, 0, 1]}]}, PICTURES) == {"image": [[0, 1, 0, 1]]}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "at least one row"),
        ([], "at least one row"),
        (None, "at least one row"),
        (
            {"instances": []},
            "takes AGEP FP32 [-1, 1], SEX BYTES [-1, 1]; and, if you like, the identifier id",
        ),
        ({"instances": "x"}, "at least one row"),
        ({"instances": [1, 2]}, "every instance as an object"),
        ({"instances": [{"AGEP": 1}, [1, "1"]]}, "every instance as an object"),
        ({"instances": [[1]]}, "instance 0 has 1 value, and the model takes 2, in this order: AGEP, SEX"),
        ({"instances": [{"AGEP": 1, "SEX": "1"}, {"AGEP": 1}]}, "instance 1 and instance 0 differ in the column SEX"),
    ],
)
def test_what_are_no_instances_is_told(payload: Any, message: str) -> None:
    with pytest.raises(ModelInputError) as caught:
        of_instances(payload, signature())
    assert message in str(caught.value)


def test_tensors_by_column() -> None:
    tensors = [Given("AGEP", [2, 1], [30, None]), Given("SEX", [2], ["1", "2"]), Given("id", [2], [7, 8])]
    assert of_tensors(tensors, signature()) == {"AGEP": [30, None], "SEX": ["1", "2"], "id": [7, 8]}


def test_tensors_may_be_nested_as_their_shape_is() -> None:
    assert of_tensors([Given("AGEP", [2, 1], [[30], [60]])], signature()) == {"AGEP": [30, 60]}


def test_wide_tensors_are_rows_of_values() -> None:
    wide = of_tensors([Given("image", [2, 4], list(range(8)))], PICTURES)["image"]
    assert wide.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert of_tensors([Given("image", [1, 2], [None, 1.5])], PICTURES)["image"].tolist() == [[None, 1.5]]


def test_tensors_in_binary() -> None:
    found = of_tensors([Given("AGEP", [2, 1], raw=np.array([30.0, 60.0]))], signature())
    assert found["AGEP"].tolist() == [30.0, 60.0]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([], "no inputs; this model takes AGEP"),
        ([Given("AGEP", [1], [1]), Given("AGEP", [1], [2])], "the same name"),
        ([Given("AGEP", [3], [1, 2])], "AGEP has 2 values, and its shape [3] says 3"),
        ([Given("AGEP", [], [1])], "the shape [], and [rows]"),
        ([Given("AGEP", [-1], [1])], "the shape [-1]"),
        ([Given("AGEP", [2], [[1], 2])], "nested unevenly"),
    ],
)
def test_what_are_no_tensors_is_told(tensors: list[Given], message: str) -> None:
    with pytest.raises(ModelInputError) as caught:
        of_tensors(tensors, signature())
    assert message in str(caught.value)


def test_a_long_list_of_columns_is_cut() -> None:
    many = tuple(Column(f"c{number}", "FP32") for number in range(50))
    assert expected(signature(inputs=many, identifier=None)).endswith("c19 FP32 [-1, 1] and 30 more")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_columns_or_an_error(payload: Any) -> None:
    for told in (payload, {"instances": payload}):
        try:
            columns = of_instances(json.loads(json.dumps(told)), signature())
        except ModelInputError:
            continue
        assert len({len(values) for values in columns.values()}) <= 1
