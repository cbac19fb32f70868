"""Columns at once: what most requests hold is fed the short way, to the same tensors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import ModelInputError
from runners.models.columns import tensor_of
from runners.models.feed import Feed
from runners.models.signature import Column, Signature, Tensor

TYPES = ("FP32", "FP64", "FP32", "FP64")
NAMES = tuple("abcd")
KINDS = ("FP32", "FP64", "FP64", "FP64")


def signature(tensors: tuple[Tensor, ...]) -> Signature:
    columns = tuple(map(Column, NAMES, TYPES))
    return Signature("regression", "y", "m.onnx", "onnx", "", columns, (), tensors)


EACH = signature(tuple(Tensor(name, kind, (name,)) for name, kind in zip(NAMES, KINDS, strict=True)))
ODD = st.one_of(st.integers(-(2**70), 2**70), st.none(), st.booleans(), st.text(max_size=2), st.just([1.5]))
VALUES = st.floats() | ODD


FRACTIONS = st.tuples(*[st.floats(width=64) for _ in NAMES])


PLAIN = Signature(
    "regression", "y", "m.onnx", "onnx", "",
    tuple(Column(name, "FP32") for name in NAMES), (),
    tuple(Tensor(name.upper(), "FP32", (name,)) for name in reversed(NAMES)), identifier="id",
)  # fmt: skip
"""Nothing but numbers of 32 bits, in tensors of other names and in another order."""


def made(columns: dict[str, list[object]], whole: Signature, *, at_once: bool) -> object:
    """Return the tensors by their columns, or what is said of them."""
    try:
        if at_once:
            found = Feed(whole).tensors(columns)
            return {tensor.columns[0]: found[tensor.name] for tensor in whole.tensors}
        kinds = {tensor.columns[0]: tensor.datatype for tensor in whole.tensors}
        return {c.name: tensor_of(c, kinds[c.name], columns[c.name]) for c in whole.inputs}
    except (ModelInputError, OverflowError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("whole", [EACH, PLAIN], ids=["several types", "plain"])
@given(st.lists(FRACTIONS | st.tuples(*[VALUES for _ in NAMES]), min_size=1, max_size=4))
def test_columns_at_once_are_what_each_is_by_itself(whole: Signature, rows: list[tuple[object, ...]]) -> None:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}
    expected, found = made(columns, whole, at_once=False), made(columns, whole, at_once=True)
    if not isinstance(expected, dict) or not isinstance(found, dict):
        assert found == expected
        return
    for name in NAMES:
        assert (found[name].dtype, found[name].shape) == (expected[name].dtype, expected[name].shape)
        np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize("whole", [EACH, PLAIN], ids=["several types", "plain"])
@given(st.lists(FRACTIONS, max_size=4), st.lists(st.sampled_from(["<f2", "<f4", "<f8", "<i8"]), min_size=4, max_size=4))
def test_arrays_at_once_are_what_each_is_by_itself(
    whole: Signature, rows: list[tuple[float, ...]], dtypes: list[str]
) -> None:
    with np.errstate(all="ignore"):
        columns = {
            name: np.array([row[place] for row in rows], np.float64).astype(dtypes[place])
            for place, name in enumerate(NAMES)
        }
    if not rows:
        with pytest.raises(ModelInputError, match="no rows"):
            Feed(whole).tensors(columns)
        return
    expected = made(columns, whole, at_once=False)  # type: ignore[arg-type]
    found = made(columns, whole, at_once=True)  # type: ignore[arg-type]
    if not isinstance(expected, dict) or not isinstance(found, dict):
        assert found == expected
        return
    for name in NAMES:
        assert (found[name].dtype, found[name].shape) == (expected[name].dtype, expected[name].shape)
        np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"e": [1.5]}, "e is no column of this model"),
        ({"a": None}, "the column a is missing"),
        ({"a": None, "e": [1.5]}, "e is no column of this model"),
        ({"b": [1.5, 2.5]}, "b has 2 rows, and a has 1"),
        ({"id": ["x"]}, ""),
    ],
)
def test_of_plain_numbers_too_a_column_is_missed_and_a_stranger_told(change: dict[str, object], says: str) -> None:
    told = {**{name: [1.5] for name in NAMES}, **change}
    columns = {name: values for name, values in told.items() if values is not None}
    if not says:
        assert Feed(PLAIN).tensors(columns)["D"].tolist() == [[1.5]]  # type: ignore[arg-type]
        return
    with pytest.raises(ModelInputError, match=says):
        Feed(PLAIN).tensors(columns)  # type: ignore[arg-type]


def test_one_tensor_of_several_columns_has_them_in_order() -> None:
    whole = signature((Tensor("x", "FP64", ("d", "a", "b", "c")),))
    columns = {name: [float(place), place + 0.5] for place, name in enumerate(NAMES)}
    assert Feed(whole).tensors(columns)["x"].tolist() == [[3.0, 0.0, 1.0, 2.0], [3.5, 0.5, 1.5, 2.5]]
    given_whole = Feed(whole).tensors({"x": [[1.0, 2.0, 3.0, 4.0]]})
    assert given_whole["x"].tolist() == [[1.0, 2.0, 3.0, 4.0]]


def test_columns_of_different_lengths_are_refused_as_ever() -> None:
    with pytest.raises(ModelInputError, match="b has 1 rows, and a has 2"):
        Feed(EACH).tensors({"a": [1.0, 2.0], "b": [1.0], "c": [1.0, 2.0], "d": [1.0, 2.0]})
