"""Slices: a column's values, told as people write them."""

import numpy as np
import pytest

from runners.evaluate.metrics import measure
from runners.evaluate.predictions import Answers
from runners.evaluate.slices import cut_of, slice_metrics, slicing_of, slicings_of, text_of
from tests.unit.runners.evaluate.conftest import binary


def test_a_slice_has_the_metrics_of_its_rows(answers: Answers) -> None:
    column = np.array(["a", "b"], object)[np.arange(len(answers)) % 2]
    slices = slice_metrics(answers, slicings_of({"side": column}))
    alone = measure(answers.take(np.flatnonzero(column == "a")))
    assert slices["side"]["a"] == pytest.approx(alone | {"rows": 200.0}, abs=1e-6)
    assert list(slices["side"]) == ["a", "b"]


def test_what_is_undefined_on_a_slice_is_left_out_of_it() -> None:
    answers = binary()
    slices = slice_metrics(answers, slicings_of({"truth": answers.truth}))
    assert "roc_auc" not in slices["truth"]["0"]
    assert slices["truth"]["0"]["rows"] + slices["truth"]["1"]["rows"] == len(answers)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (np.array(["10", "9", "b", None], object), ["9", "10", "(missing)", "b"]),
        (np.array([1.0, 2.5, np.nan]), ["1", "2.5", "(missing)"]),
        (np.array([True, False]), ["False", "True"]),
        (np.array([3, 1, 2]), ["1", "2", "3"]),
    ],
)
def test_values_are_told_in_order(values: np.ndarray, texts: list[str]) -> None:
    assert [text for text, _ in slicing_of(values).parts] == texts


def test_a_column_of_many_numbers_is_cut_into_quarters() -> None:
    values = np.append(np.arange(100.0), np.nan)
    masks = slicing_of(values).parts
    assert [text for text, _ in masks] == ["0 to 24", ">24 to 49", ">49 to 74", ">74 to 99", "(missing)"]
    assert [int(mask.sum()) for _, mask in masks] == [25, 25, 25, 25, 1]


def test_of_many_texts_the_most_frequent_are_shown() -> None:
    values = np.array([f"v{i:02}" for i in range(50)] + ["often"] * 5, object)
    masks = slicing_of(values).parts
    assert len(masks) == 20
    assert "often" in [text for text, _ in masks]
    columns = {"town": values, "few": values[:20], "year": np.arange(50.0), "floor": np.append(np.arange(20.0), np.nan)}
    assert cut_of(slicings_of(columns)) == (
        "town: 20 of 51 values, the most frequent",
        "floor: 20 of 21 values, the most frequent",
    )


def test_whole_numbers_lose_their_point() -> None:
    assert [text_of(value) for value in (1.0, 1.5, None, "x", 3)] == ["1", "1.5", "(missing)", "x", "3"]
