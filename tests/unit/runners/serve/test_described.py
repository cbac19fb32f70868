"""What a model tells of itself: the order of its classes, and what is answered beside a prediction."""

from dataclasses import replace

from runners.models.coverage import Coverage
from runners.serve.described import described
from tests.unit.runners.serve.tiny import signature


def test_the_order_of_the_classes_is_told() -> None:
    assert described("m", signature())["parameters"] == {
        "task": "binary",
        "target": "employed",
        "classes": [0, 1],
        "positive": 1,
    }


def test_thresholds_and_coverage_are_told_where_there_are_some() -> None:
    several = signature(task="multilabel", classes=("a", "b"), positive=None, thresholds=(0.5, 0.25))
    assert described("m", several)["parameters"]["thresholds"] == [0.5, 0.25]
    covered = replace(signature(), coverage=Coverage(0.9, (0.3,), 100))
    assert described("m", covered)["parameters"]["coverage"] == 0.9


def test_a_number_has_no_classes() -> None:
    number = signature(task="regression", classes=(), positive=None, reading="value")
    assert described("m", number)["parameters"] == {"task": "regression", "target": "employed"}
