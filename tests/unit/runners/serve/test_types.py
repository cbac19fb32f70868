"""What values are: truth values are no numbers, whole numbers have no fraction, and types are the protocol's."""

from typing import Any

import numpy as np
import pytest

from runners.models import Column, ModelInputError, Signature
from runners.serve.columns import of_instances, of_tensors
from runners.serve.types import RANGES, all_whole, held_to_types
from runners.tables.reading import ColumnReading, Reading
from runners.tables.types import Type
from tests.unit.runners.serve.test_columns import Given
from tests.unit.runners.serve.tiny import signature

TYPES: dict[str, Type] = {"price": "number", "rooms": "integer", "sold": "boolean", "town": "string"}
KNOWN = Reading({name: ColumnReading(type_) for name, type_ in TYPES.items()})


@pytest.fixture
def house() -> Signature:
    """Return a signature with columns of all types; `sold` is one of numbers, as some of it were missing."""
    datatypes = {"price": "FP32", "rooms": "INT64", "sold": "FP32", "town": "BYTES"}
    return signature(inputs=tuple(Column(*item) for item in datatypes.items()), schema=KNOWN)


def row(**told: Any) -> dict[str, Any]:
    return {"price": 17.99, "rooms": 3, "sold": None, "town": "Bern", **told}


@pytest.mark.parametrize(
    "told", [{}, {"sold": True}, {"price": None}, {"price": [1]}, {"rooms": 3.0}, {"price": "17"}, {"id": True}]
)
def test_what_numpy_reads_rightly_is_left_to_it(house: Signature, told: dict[str, Any]) -> None:
    rows = [row(**told), row(**told)]
    assert of_instances({"instances": rows}, house) == {name: [value] * 2 for name, value in row(**told).items()}


@pytest.mark.parametrize("column", ["price", "rooms"])
@pytest.mark.parametrize(("truth", "word"), [(True, "true"), (False, "false"), ([True], "true")])
def test_a_truth_value_is_no_number(house: Signature, column: str, truth: Any, word: str) -> None:
    rows = [row(), row(**{column: truth})]
    for sent in (rows, [list(one.values()) for one in rows]):
        with pytest.raises(ModelInputError, match=f"{column} of row 1 is {word}: a number is taken"):
            of_instances({"instances": sent}, house)
    with pytest.raises(ModelInputError, match=f"{column} of row 1 is {word}: a number is taken"):
        of_tensors([Given(column, [2, 1], [[1], truth if isinstance(truth, list) else [truth]])], house)


def test_truth_values_in_binary_are_no_numbers(house: Signature) -> None:
    with pytest.raises(ModelInputError, match="price of row 0 is true"):
        of_tensors([Given("price", [1], raw=np.array([True]), datatype="BOOL")], house)
    assert of_tensors([Given("sold", [1], [True], datatype="BOOL")], house) == {"sold": [True]}


@pytest.mark.parametrize("dtype", ["f4", "i8", "u1", "O"])
def test_arrays_of_numbers_are_taken_as_they_are(house: Signature, dtype: str) -> None:
    values = np.array([1, 2], dtype)
    assert of_tensors([Given("price", [2], raw=values, datatype="FP32")], house)["price"] is not None
    mixed = np.array([1.5, True], np.object_)
    with pytest.raises(ModelInputError, match="price of row 1 is true"):
        of_tensors([Given("price", [2], raw=mixed, datatype="FP32")], house)


def test_many_columns_take_time_in_proportion(house: Signature, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, columns = [0], house.columns

    def counted(_self: Signature) -> tuple[str, ...]:
        asked[0] += 1
        return columns

    monkeypatch.setattr(Signature, "columns", property(counted))
    told = {name: [1.5, [2.5]] for name in columns}
    assert held_to_types(told, house) == told
    assert asked[0] <= 1


@pytest.mark.parametrize("datatype", ["FLOAT", "fp32", "", "STRING"])
def test_a_datatype_that_the_protocol_has_not_is_refused(house: Signature, datatype: str) -> None:
    with pytest.raises(ModelInputError, match=f"price has the datatype `{datatype}`, and the protocol has BOOL, UINT8"):
        of_tensors([Given("price", [1], [1.5], datatype=datatype)], house)


@pytest.mark.parametrize("datatype", ["INT64", "INT32", "UINT8"])
def test_whole_numbers_have_no_fraction(house: Signature, datatype: str) -> None:
    with pytest.raises(ModelInputError, match=rf"price of row 1 is 17.99, and its datatype {datatype} has whole"):
        of_tensors([Given("price", [3], [1, 17.99, 2], datatype=datatype)], house)
    taken = of_tensors([Given("price", [3], [3.0, 4, None], datatype=datatype)], house)
    assert taken == {"price": [3.0, 4, None]}


@pytest.mark.parametrize("datatype", RANGES)
def test_a_whole_number_is_within_its_datatype(datatype: str) -> None:
    low, high = RANGES[datatype]
    all_whole("x", datatype, [low, None, high, "text", float(low)])
    for beyond in (low - 1, high + 1):
        with pytest.raises(ModelInputError, match=f"x of row 1 is {beyond}, and its datatype {datatype} ends at"):
            all_whole("x", datatype, [0, beyond])
