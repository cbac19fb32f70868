"""From explained answers to documents: which class is explained, and in which order columns are told."""

import numpy as np
import pytest

from runners.models import ModelInputError
from runners.models.explaining import Explained
from runners.serve.explanations import as_explanations, as_tensors, explained_outputs, place_of
from tests.unit.runners.serve.tiny import signature

TWO = signature()
THREE = signature(task="multiclass", classes=("a", "b", "c"), positive=None)
NUMBER = signature(task="regression", classes=(), positive=None, reading="value")
FOUND = Explained(
    base=np.array([0.2, 0.3, 0.5]),
    whole=np.array([0.1, 0.6, 0.3]),
    columns=np.array([[-0.05, 0.1, -0.05], [-0.05, 0.2, -0.15]]),
    errors=np.zeros((2, 3)),
    words={"SEX": (("one ", "two"), np.array([[-0.05, 0.3, 0.0], [0.0, -0.1, -0.15]]))},
    patches={},
    calls=48,
)


def test_the_positive_class_of_two_is_explained_and_of_several_the_likeliest() -> None:
    assert place_of(TWO, None) == 1
    assert place_of(THREE, None) is None
    assert as_explanations([FOUND], THREE, None)[0]["class"] == "b"
    assert as_explanations([FOUND], THREE, place_of(THREE, "a"))[0]["class"] == "a"
    assert place_of(NUMBER, None) == 0


@pytest.mark.parametrize(("told", "asked"), [(THREE, "d"), (TWO, "yes"), (NUMBER, "a")])
def test_what_is_no_class_is_refused(told: object, asked: str) -> None:
    with pytest.raises(ModelInputError):
        place_of(told, asked)  # type: ignore[arg-type]


def test_columns_that_add_the_most_are_told_first_and_words_in_their_order() -> None:
    (told,) = as_explanations([FOUND], THREE, None)
    assert list(told["contributions"].items()) == [("SEX", 0.2), ("AGEP", 0.1)]
    assert told["words"] == {"SEX": [["one ", 0.3], ["two", -0.1]]}
    assert (told["value"], told["base_value"]) == (0.6, 0.3)


def test_tensors_are_as_they_are_described() -> None:
    outputs = {one.name: one for one in as_tensors([FOUND, FOUND], THREE, None)}
    assert list(outputs) == [column.name for column in explained_outputs(THREE)]
    assert outputs["contributions"].data == [0.1, 0.2, 0.1, 0.2]
    assert outputs["contributions"].shape == [2, 2]
    assert outputs["class"].data == ["b", "b"]
    with pytest.raises(ModelInputError, match="no output patches"):
        as_tensors([FOUND], THREE, None, ["patches"])
