"""The parts of a row: every value of every tensor is of one, and all together are the row itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runners.models import Column, Signature, Tensor
from runners.models.parts import MOST_WORDS, in_parts, patches_of, words_of
from runners.models.pictures import Preparation
from tests.unit.runners.models.conftest import signature

MIXED = replace(
    signature(),
    inputs=(Column("age", "FP32"), Column("note", "BYTES"), Column("town", "BYTES"), Column("weight", "FP32")),
    tensors=(
        Tensor("both", "FP32", ("age", "weight")), Tensor("note", "BYTES", ("note",)), Tensor("t", "BYTES", ("town",)),
    ),
)  # fmt: skip


def texts(*values: str) -> Any:
    return np.array([[value] for value in values], np.object_)


def mixed() -> dict[str, Any]:
    return {"both": np.array([[30, 60], [np.nan, 80]], np.float32), "note": texts("a  b c", ""), "t": texts("x", "y")}


@given(st.text())
def test_the_words_of_a_text_are_the_text(text: str) -> None:
    words = words_of(text)
    assert len(words) <= MOST_WORDS
    assert "".join(words) == (text if text.split() else "")


def test_a_row_is_its_columns_and_the_words_of_its_texts() -> None:
    row = in_parts(MIXED, mixed(), 0, ["note"])
    assert [(part.column, part.words) for part in row.parts] == [
        (0, None), (1, "a  "), (1, "b "), (1, "c"), (2, None), (3, None),
    ]  # fmt: skip
    background = {"both": np.array([[1, 2], [3, 4]], np.float32), "note": texts("z", "z"), "t": texts("u", "v")}
    sets = np.array([[1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0], [0, 1, 0, 1, 1, 0]], bool)
    taken = row.taken(sets, background, np.array([0, 0, 1, 1]))
    assert taken["both"].tolist() == [[30, 60], [1, 2], [30, 4], [3, 4]]
    assert taken["note"].ravel().tolist() == ["a  b c", "", "b ", "a  c"]
    assert taken["t"].ravel().tolist() == ["x", "u", "v", "x"]


def test_a_text_without_words_and_one_that_isn_t_told_by_words() -> None:
    row = in_parts(MIXED, mixed(), 1, ["note"])
    assert len(row.parts) == 3
    assert row.taken(np.ones((2, 3), bool), mixed(), np.zeros(2, int))["note"].ravel().tolist() == ["", ""]
    assert len(in_parts(MIXED, mixed(), 0).parts) == 4


def test_what_is_the_same_in_all_of_the_background_adds_nothing() -> None:
    row = in_parts(MIXED, mixed(), 1, [])
    same = {"both": np.array([[np.nan, 80], [np.nan, 81]], np.float32), "note": texts("", ""), "t": texts("y", "y")}
    assert row.differing(same).tolist() == [False, False, False, True]


def of_picture(height: int, width: int, channels: int) -> Signature:
    how = Preparation(height, width, channels)
    return replace(signature(), inputs=(Column("image", "FP32", (-1, how.values)),), image=how.as_dict())


@pytest.mark.parametrize(("height", "width", "channels"), [(2, 2, 1), (8, 8, 3), (5, 9, 1), (1, 30, 3), (33, 32, 1)])
def test_a_picture_is_squares_each_with_all_of_its_channels(height: int, width: int, channels: int) -> None:
    patches = patches_of(of_picture(height, width, channels), height * width * channels)
    planes = patches.reshape(channels, height, width)
    assert (planes == planes[0]).all()
    down, right = min(height, 4), min(width, 4)
    assert sorted(set(patches.tolist())) == list(range(down * right))
    assert (np.diff(planes[0], axis=1) >= 0).all()
    assert (np.diff(planes[0], axis=0) >= 0).all()
    counts = np.bincount(patches) / channels
    assert counts.max() <= -(-height // down) * -(-width // right)


def test_values_that_are_no_picture_are_one_part() -> None:
    assert set(patches_of(signature(), 10).tolist()) == {0}
