"""Curves: the pictures that a task has, and figures that even odd answers don't break."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runners.evaluate.predictions import Answers
from runners.train.evidence import curves
from runners.train.evidence.curves import draw_curves
from tests.unit.runners.evaluate.conftest import binary, multiclass, regression
from tests.unit.runners.train.evidence.made import trained

CLASSES = {"roc", "precision_recall", "calibration", "confusion"}


def drawn(tmp_path: Path, answers: Answers, classes: tuple[str, ...]) -> set[str]:
    made = trained(tmp_path)
    signature = replace(made.model.signature, classes=classes)
    changed = replace(
        made, findings=replace(made.findings, answers=answers), model=replace(made.model, signature=signature)
    )
    return {Path(path).stem for path in draw_curves(changed)}


@pytest.mark.parametrize(
    ("answers", "classes", "expected"),
    [
        (binary(), ("no", "yes"), CLASSES),
        (multiclass(), ("a", "b", "c", "d"), CLASSES),
        (multiclass(classes=12), tuple("abcdefghijkl"), {"confusion"}),
        (multiclass(classes=30), tuple(map(str, range(30))), {"confusion"}),
        (Answers("binary", np.array([0, 1]), np.array([0, 1])), ("no", "yes"), {"confusion"}),
        (regression(), (), {"predicted", "residuals"}),
    ],
    ids=["binary", "four classes", "twelve classes", "thirty classes", "labels only", "regression"],
)
def test_each_task_has_its_pictures(
    tmp_path: Path, answers: Answers, classes: tuple[str, ...], expected: set[str]
) -> None:
    assert drawn(tmp_path, answers, classes) == expected | {"learning", "importance"}


def test_a_few_odd_answers_are_drawn_too(tmp_path: Path) -> None:
    one_class = Answers("binary", np.zeros(3, int), np.zeros(3, int), np.tile([1.0, 0.0], (3, 1)))
    assert drawn(tmp_path, one_class, ("no", "yes")) == CLASSES | {"learning", "importance"}


def test_names_with_dollar_signs_are_drawn_as_they_are(tmp_path: Path) -> None:
    assert drawn(tmp_path, multiclass(), (r"$\bad{$", "$10_ to $20", "$", "b")) == CLASSES | {"learning", "importance"}
    curves.importance({r"cost in $\frac and $": 0.1, "age": 0.2}, "accuracy", tmp_path / "bars.png")
    assert (tmp_path / "bars.png").exists()


def test_the_roc_curve_rises_from_corner_to_corner() -> None:
    trues, falses = curves._cumulated(np.array([True, False, True, False]), np.array([0.9, 0.5, 0.5, 0.1]))
    assert trues.tolist() == [0, 1, 2, 2]
    assert falses.tolist() == [0, 0, 1, 2]
