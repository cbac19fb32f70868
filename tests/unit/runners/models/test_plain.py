"""Lists of numbers that become tensors together: the very tensors that the long way makes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import ModelInputError
from runners.models.feed import Feed
from runners.models.plain import FEW, Plain
from runners.models.signature import Column, Signature, Tensor

NAMES = tuple("abc")
NAN, INFINITE, BEYOND = float("nan"), float("inf"), 1e39


def signature(columns: str, tensors: tuple[Tensor, ...]) -> Signature:
    inputs = tuple(Column(name, columns) for name in NAMES)
    return Signature("regression", "y", "m", "onnx", "", inputs, (), tensors, identifier="id")


EACH = signature("FP32", tuple(Tensor(name.upper(), "FP32", (name,)) for name in reversed(NAMES)))
WIDER = signature("FP32", tuple(Tensor(name, "FP64", (name,)) for name in NAMES))
MATRIX = signature("FP32", (Tensor("features", "FP64", ("b", "a", "c")),))
DOUBLE = signature("FP64", (Tensor("features", "FP64", NAMES),))
SIGNATURES = {"each": EACH, "wider": WIDER, "matrix": MATRIX, "double": DOUBLE}


def columns(rows: list[tuple[float, ...]]) -> dict[str, list[float]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}


ROWS = st.lists(st.tuples(*[st.floats(-3e38, 3e38) for _ in NAMES]), min_size=1, max_size=FEW)


@pytest.mark.parametrize("name", SIGNATURES)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_requests_together_are_what_each_is_by_itself(name: str, asked: list[list[tuple[float, ...]]]) -> None:
    whole = SIGNATURES[name]
    plain, feed = Plain(whole), Feed(whole)
    lists = [plain.lists(columns(rows)) for rows in asked]
    found = plain.tensors([one for one in lists if one is not None])
    expected = [feed.tensors(columns(rows)) for rows in asked]
    assert list(found) == [tensor.name for tensor in whole.tensors]
    for key, array in found.items():
        long = np.concatenate([one[key] for one in expected])
        assert (array.dtype, array.shape) == (long.dtype, long.shape)
        np.testing.assert_array_equal(array, long)
        assert array.flags.c_contiguous or array.shape[1] == 1


@pytest.mark.parametrize("odd", [1, None, "1", True, [1.0], INFINITE, -INFINITE, BEYOND, -BEYOND])
@pytest.mark.parametrize("beside", [1.0, NAN])
@pytest.mark.parametrize("place", range(3))
def test_what_needs_a_second_look_has_one(odd: object, beside: float, place: int) -> None:
    given_ = {name: [beside, beside] for name in NAMES}
    given_[NAMES[place]] = [beside, odd]  # type: ignore[list-item]
    assert Plain(EACH).lists(given_) is None


@given(ROWS.map(lambda rows: [*rows, (NAN, 1.0, 2.0), (1.0, NAN, NAN)]))
def test_a_missing_number_is_one_either_way(rows: list[tuple[float, ...]]) -> None:
    plain = Plain(EACH)
    lists = plain.lists(columns(rows))
    if lists is not None:
        for key, array in plain.tensors([lists]).items():
            np.testing.assert_array_equal(array, Feed(EACH).tensors(columns(rows))[key])


def test_other_columns_and_lengths_go_the_long_way() -> None:
    plain, good = Plain(EACH), columns([(1.0, 2.0, 3.0)])
    assert plain.lists({**good, "id": [7]}) == [[1.0], [2.0], [3.0]]
    assert plain.lists({**good, "d": [1.0]}) is None
    assert plain.lists({**good, "a": [1.0, 2.0]}) is None
    assert plain.lists({**good, "a": (1.0,)}) is None
    assert plain.lists({"a": [1.0], "b": [1.0]}) is None
    assert plain.lists({"a": [1.0], "b": [1.0], "id": [1.0]}) is None
    assert plain.lists({name: [] for name in NAMES}) is None
    assert plain.lists(columns([(1.0, 2.0, 3.0)] * (FEW + 1))) is None
    with pytest.raises(ModelInputError):
        Feed(EACH).tensors({**good, "d": [1.0]})


def test_models_of_anything_else_have_no_lists() -> None:
    good = columns([(1.0, 2.0, 3.0)])
    mixed = (Column("a", "FP32"), Column("b", "FP64"), Column("c", "FP32"))
    texts = (Column("a", "FP32"), Column("b", "BYTES"), Column("c", "FP32"))
    wide = (Column("a", "FP32", (-1, 2)), *EACH.inputs[1:])
    for other in (mixed, texts, wide):
        assert Plain(replace(EACH, inputs=other)).lists(good) is None
    assert Plain(replace(EACH, image={"width": 1})).lists(good) is None
