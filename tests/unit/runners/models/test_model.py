"""A model's answers: read from whatever its file answers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runners.models import ModelInputError, ModelRefused, Signature, load
from runners.models.model import array_of, labels, read
from tests.unit.runners.models.conftest import Leave


def test_a_binary_model_answers_classes_and_the_positive_ones_probability(leave: Leave) -> None:
    answer = load(leave()).predict({"age": [5.0, 1.0], "weight": [1, 2]})
    assert answer.prediction.tolist() == ["yes", "no"]
    assert answer.probability == pytest.approx([0.952574, 0.047426], abs=1e-5)
    assert answer.probabilities is None
    assert list(answer.as_columns()) == ["prediction", "predicted_probability"]


def test_rows_are_answered_alike_alone_and_together(leave: Leave) -> None:
    model = load(leave())
    ages, weights = np.linspace(-3, 3, 50), np.arange(50)
    together = model.predict({"age": ages, "weight": weights})
    alone = [model.predict({"age": ages[i : i + 1], "weight": weights[i : i + 1]}) for i in range(50)]
    assert together.probability == pytest.approx([one.probability[0] for one in alone if one.probability is not None])


@pytest.fixture
def several(known: Signature) -> Signature:
    """Return the signature of a model of three classes."""
    return replace(known, task="multiclass", classes=("a", "b", "c"), positive=None, reading="probabilities")


RAW = [[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]


@pytest.mark.parametrize(
    "raw",
    [
        np.array(RAW, np.float32),
        [{"c": 0.2, "a": 0.1, "b": 0.7}, {"c": 0.3, "a": 0.5, "b": 0.2}],
        [{0: 0.1, 1: 0.7, 2: 0.2}, {0: 0.5, 1: 0.2, 2: 0.3}],
    ],
)
def test_several_classes_are_read_from_a_matrix_or_from_maps(several: Signature, raw: Any) -> None:
    answer = read(raw, several, 2)
    assert answer.prediction.tolist() == ["b", "a"]
    assert answer.probabilities == pytest.approx(np.array(RAW))
    assert list(answer.as_columns()) == ["prediction", "probabilities"]


def test_numbers_and_labels_are_read_as_they_are(known: Signature) -> None:
    number = replace(known, task="regression", classes=(), positive=None, reading="value")
    assert read(np.array([[1.5], [2.5]], np.float32), number, 2).prediction.tolist() == [1.5, 2.5]
    label = replace(known, reading="label")
    assert read(np.array(["yes", b"no"], object), label, 2).prediction.tolist() == ["yes", "no"]


def test_labels_keep_the_type_of_the_classes() -> None:
    assert labels(np.array([1, 0]), (False, True), 2).dtype == np.bool_
    assert array_of(("a", "b")).dtype == np.object_
    assert array_of((1, 2)).dtype == np.int64


def test_a_label_that_is_no_class_is_refused(known: Signature) -> None:
    with pytest.raises(ModelRefused, match="`maybe`, and the classes are no, yes"):
        read(np.array(["maybe"]), replace(known, reading="label"), 1)


def test_a_row_without_a_finite_answer_is_told(leave: Leave, known: Signature) -> None:
    with pytest.raises(ModelInputError, match="no finite answer for row 1"):
        load(leave()).predict({"age": [1.0, None], "weight": [1, 2]})


@pytest.mark.parametrize(("raw", "rows"), [(np.zeros((2, 2)), 2), (np.zeros(3), 2), (np.zeros((0, 3)), 1)])
def test_an_answer_of_another_shape_is_refused(several: Signature, raw: Any, rows: int) -> None:
    with pytest.raises(ModelRefused):
        read(raw, several, rows)
