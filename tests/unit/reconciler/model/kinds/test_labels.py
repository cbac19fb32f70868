"""Labels."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.labels import Labels

SPEC: dict[str, Any] = {"dataset": "datasets/a", "exports": {"url": "x", "question": "q"}}


def test_the_label_runner_is_told_what_it_needs_and_no_more() -> None:
    spec = Labels.model_validate({**SPEC, "choices": ["0", "1"], "team": "vision"})
    assert spec.label_params == {
        "exports": {"url": "x", "question": "q"},
        "answer": "label",
        "merge": "majority",
        "choices": ["0", "1"],
        "agreement": {"alpha": 0.0, "annotators": 1},
        "dispute_below": 0.7,
        "disputed": "keep",
        "note": "",
    }


def test_sets_have_one_distance() -> None:
    with pytest.raises(ValidationError, match="of sets the distance is MASI"):
        Labels.model_validate({**SPEC, "answer": "labels", "agreement": {"scale": "ordinal"}})
    assert Labels.model_validate({**SPEC, "answer": "labels"}).label_params["answer"] == "labels"


@pytest.mark.parametrize(
    "change",
    [
        {"merge": "vote"},
        {"agreement": {"alpha": 2}},
        {"agreement": {"confidence": 1}},
        {"answer": "boxes"},
        {"dispute_below": -1},
        {"disputed": "draw"},
        {"refresh": "x"},
    ],
)
def test_limits(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Labels.model_validate({**SPEC, **change})
