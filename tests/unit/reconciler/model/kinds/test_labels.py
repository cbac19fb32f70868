"""Labels."""

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.labels import Labels

SPEC: dict[str, Any] = {"dataset": "datasets/a", "exports": {"url": "x", "question": "q"}}


def test_the_label_runner_is_told_what_it_needs_and_no_more() -> None:
    spec = Labels.model_validate({**SPEC, "choices": ["0", "1"], "team": "vision"})
    assert spec.label_params == {
        "exports": {"url": "x", "format": "label-studio", "question": "q"},
        "answer": "label",
        "merge": "majority",
        "choices": ["0", "1"],
        "agreement": {"alpha": 0.0, "annotators": 1},
        "dispute_below": 0.7,
        "disputed": "keep",
        "note": "",
    }


def test_comparisons_are_of_two_columns() -> None:
    told = {**SPEC, "answer": "comparison", "compared": {"left": "a", "right": "b"}, "merge": "bradley-terry"}
    assert Labels.model_validate(told).label_params["compared"] == {"left": "a", "right": "b"}
    for change, why in (
        ({"compared": None}, "give both, or neither"),
        ({"answer": "label"}, "give both, or neither"),
        ({"answer": "label", "compared": None}, "bradley-terry merges comparisons"),
        ({"choices": ["left"]}, "an answer is a comparison"),
        ({"write": {"formats": ["label-studio"]}}, "not of comparison"),
        ({"exports": None, "campaign": {"show": "a"}}, "give config, with a Pairwise tag"),
    ):
        with pytest.raises(ValidationError, match=why):
            Labels.model_validate({**told, **change})


def test_sets_have_one_distance() -> None:
    with pytest.raises(ValidationError, match="other answers have one distance"):
        Labels.model_validate({**SPEC, "answer": "labels", "agreement": {"scale": "ordinal"}})
    assert Labels.model_validate({**SPEC, "answer": "labels"}).label_params["answer"] == "labels"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"exports": {"url": "x"}}, "give question"),
        ({"exports": {"url": "x", "format": "coco", "question": "q"}}, "coco has none"),
        ({"exports": {"url": "x", "format": "coco"}}, "boxes or polygons or masks or points: say answer: boxes"),
        ({"exports": {"url": "x", "format": "doccano"}, "answer": "boxes"}, "say answer: spans"),
        (
            {"answer": "label", "write": {"formats": ["coco"]}},
            "coco is written of boxes or polygons or masks, not of label",
        ),
        ({"answer": "spans", "write": {"formats": ["conll"]}}, "conll holds the texts themselves: give text"),
        ({"exports": {"url": "x", "question": "q", "transcript": "t"}}, "transcript is written for segments"),
        ({"exports": {"url": "x", "format": "coco", "transcript": "t"}, "answer": "masks"}, "of Label Studio's JSON"),
        ({"answer": "ranking", "merge": "mace"}, "answer: ranking is merged in one way"),
        ({"answer": "boxes", "merge": "dawid-skene"}, "answer: boxes is merged in one way"),
        ({"answer": "text", "choices": ["a"]}, "choices are labels"),
    ],
)
def test_what_a_format_cannot_say_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Labels.model_validate({**SPEC, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"merge": "vote"},
        {"agreement": {"alpha": 2}},
        {"agreement": {"confidence": 1}},
        {"answer": "meshes"},
        {"dispute_below": -1},
        {"disputed": "draw"},
        {"refresh": "x"},
    ],
)
def test_limits(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Labels.model_validate({**SPEC, **change})
