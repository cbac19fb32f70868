"""Examples: rows with roles."""

import numpy as np

from tests.unit.runners.train.rows import examples


def test_rows_are_taken_with_everything() -> None:
    some = examples({"a": [1.0, 2.0, 3.0], "y": ["n", "y", "n"]}).take(np.array([2, 1]))
    assert len(some) == 2
    assert some.truth.tolist() == ["n", "y"]
    assert some.inputs["a"].tolist() == [3.0, 2.0]


def test_classes_are_fitted_by_their_places_and_numbers_as_they_are() -> None:
    assert examples({"a": [1, 2, 3], "y": ["n", "y", "n"]}).codes.tolist() == [0, 1, 0]
    assert examples({"a": [1, 2], "y": [False, True]}).codes.tolist() == [0, 1]
    assert examples({"a": [1, 2], "y": [0.5, 1.5]}).codes.tolist() == [0.5, 1.5]
