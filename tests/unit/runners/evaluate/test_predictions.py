"""Answers: classes become places in their list, whatever they are."""

import numpy as np
import pytest

from runners.evaluate.predictions import answers_of, codes_of
from runners.models import Prediction
from tests.unit.runners.evaluate.conftest import binary


@pytest.mark.parametrize("classes", [("no", "yes"), (0, 1), (False, True), (1.5, 2.5)])
def test_classes_become_their_places(classes: tuple[object, ...]) -> None:
    values = np.array([classes[1], classes[0], classes[1]], dtype=object if isinstance(classes[0], str) else None)
    assert codes_of(values, classes).tolist() == [1, 0, 1]


def test_a_stranger_is_told() -> None:
    with pytest.raises(ValueError, match="`maybe` is none of the classes no, yes"):
        codes_of(np.array(["maybe"], object), ("no", "yes"))


def test_one_probability_becomes_two_scores() -> None:
    said = Prediction(np.array(["no", "yes"], object), probability=np.array([0.2, 0.9]))
    answers = answers_of("binary", np.array(["yes", "yes"], object), said, ("no", "yes"))
    assert answers.truth.tolist() == [1, 1]
    assert answers.prediction.tolist() == [0, 1]
    assert answers.scores == pytest.approx(np.array([[0.8, 0.2], [0.1, 0.9]]))


def test_numbers_stay_numbers() -> None:
    answers = answers_of("regression", np.array([1, 2]), Prediction(np.array([1.5, 2.5])))
    assert answers.truth.tolist() == [1.0, 2.0]
    assert answers.scores is None
    assert len(answers.take(np.array([1]))) == 1


def test_rows_are_taken_with_their_scores() -> None:
    answers = binary()
    some = answers.take(np.array([3, 1]))
    assert answers.scores is not None
    assert some.scores is not None
    assert some.scores.tolist() == answers.scores[[3, 1]].tolist()
