"""Coverage: what is answered beside a prediction, by limits that a signature tells."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from runners.contract.label_sets import labels_in
from runners.models import ModelRefused, Signature, load
from runners.models.coverage import Coverage, bounds, within
from tests.unit.runners.models.conftest import Leave, signature

ODD: list[Any] = [
    ({"share": 0.9, "limits": []}, "a share and finite limits"),
    ({"share": 1.0, "limits": [0.1]}, "a share and finite limits"),
    ({"share": 0.9, "limits": [float("inf")]}, "a share and finite limits"),
    ({"share": 0.9, "limits": [0.1, 0.2, 0.3], "cuts": [2, 1]}, "cuts in their order"),
    ({"share": 0.9, "limits": [0.1, 0.2, 0.3], "cuts": [1, 1]}, "cuts in their order"),
    ({"share": 0.9, "limits": [0.1, 0.2], "cuts": [1, 2]}, "a limit for each and above"),
]


def test_an_interval_is_as_wide_everywhere() -> None:
    lower, upper = bounds(np.array([-1.0, 2.5]), Coverage(0.9, (0.5,), 40))
    assert (lower.tolist(), upper.tolist()) == ([-1.5, 2.0], [-0.5, 3.0])


def test_between_cuts_it_has_a_width_of_its_own() -> None:
    known = Coverage(0.9, (0.5, 1.0, 2.0), 40, cuts=(0.0, 10.0))
    lower, upper = bounds(np.array([-1.0, 0.0, 0.1, 10.0, 11.0]), known)
    assert (upper - lower).tolist() == [1, 1, 2, 2, 4]


def test_a_class_is_in_a_set_from_its_own_probability_on() -> None:
    scores = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    assert within(scores, Coverage(0.9, (0.7,), 40)).tolist() == [[True, True, False], [False, False, True]]
    assert within(scores, Coverage(0.9, (0.4, 0.6, 0.95), 40)).tolist() == [[True, False, True], [False, False, True]]


def test_a_model_answers_it_in_its_own_classes(leave: Leave) -> None:
    model = load(leave(coverage=Coverage(0.9, (0.9,), 40)))
    told = model.predict({"age": [4.0, 40.0], "weight": [2, 2]})
    assert told.sets is not None
    assert [labels_in(text) for text in told.sets] == [["no", "yes"], ["yes"]]
    assert list(told.as_columns()) == ["prediction", "predicted_probability", "set"]
    assert told.take(slice(1, 2)).as_columns()["set"].tolist() == ['["yes"]']


@pytest.mark.parametrize("groups", [None, 12])
def test_a_signature_tells_it(groups: int | None) -> None:
    known = replace(signature(), coverage=Coverage(0.9, (0.25, 0.5), 40, groups), files={"model.onnx": "x"}).sealed()
    assert Signature.from_json(known.to_json()) == known
    of_number = replace(known, task="regression", classes=(), positive=None, reading="value")
    cut = replace(of_number, coverage=Coverage(0.9, (0.25, 0.5), 40, groups, (1.5,))).sealed()
    assert Signature.from_json(cut.to_json()) == cut


@pytest.mark.parametrize(("told", "words"), ODD)
def test_what_covers_nothing_is_none(told: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Coverage.from_told({"rows": 5, "cuts": [], **told})


@pytest.mark.parametrize("change", [{"limits": (0.1, 0.2, 0.3)}, {"limits": ()}])
def test_a_signature_that_doesn_t_fit_it_is_refused(leave: Leave, change: Any) -> None:
    with pytest.raises(ModelRefused, match="its coverage"):
        load(leave(coverage=replace(Coverage(0.9, (0.1,), 40), **change)))
