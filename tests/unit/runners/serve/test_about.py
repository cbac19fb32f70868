"""What a model says of itself: its revision is its version, and its classes have an order."""

from dataclasses import replace
from pathlib import Path

from runners.models import load
from runners.models.coverage import Coverage
from runners.serve.about import about_model, parameters_of
from runners.serve.served_model import ServedModel
from tests.unit.runners.serve.tiny import bright, make, signature


def test_the_revision_is_the_version(tmp_path: Path) -> None:
    model = load(tmp_path, make(tmp_path))
    assert about_model(ServedModel("m", "aaaaaaaaaaaa", model, print))["versions"] == ["aaaaaaaaaaaa"]
    assert "versions" not in about_model(ServedModel("m", "", model, print))


def test_a_picture_is_asked_for_as_bytes(tmp_path: Path) -> None:
    model = load(tmp_path, bright(tmp_path))
    (told,) = about_model(ServedModel("m", "", model, print))["inputs"]
    assert (told["name"], told["datatype"], told["shape"]) == ("image", "BYTES", [-1, 1])


def test_the_order_of_the_classes_is_told() -> None:
    assert parameters_of(signature()) == {
        "task": "binary",
        "target": "employed",
        "classes": [0, 1],
        "positive": 1,
    }


def test_thresholds_and_coverage_are_told_where_there_are_some() -> None:
    several = signature(task="multilabel", classes=("a", "b"), positive=None, thresholds=(0.5, 0.25))
    assert parameters_of(several)["thresholds"] == [0.5, 0.25]
    covered = replace(signature(), coverage=Coverage(0.9, (0.3,), 100))
    assert parameters_of(covered)["coverage"] == 0.9


def test_a_number_has_no_classes() -> None:
    number = signature(task="regression", classes=(), positive=None, reading="value")
    assert parameters_of(number) == {"task": "regression", "target": "employed"}
