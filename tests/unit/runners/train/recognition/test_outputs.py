"""Outputs: what a model answers is told from its answers."""

from typing import Any

import numpy as np
import pytest

from runners.contract import InputError
from runners.models import ModelRefused
from runners.train.recognition.outputs import Raw, read_booster, read_onnx
from tests.unit.runners.train.rows import examples

TEXTS = examples({"a": [1, 2, 3, 4], "y": ["n", "y", "n", "y"]})
NUMBERS = examples({"a": [1, 2, 3, 4], "y": [0.5, 1.5, 2.5, 3.5]})
SURE = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]])
MAPS = [dict(zip("ny", row, strict=True)) for row in SURE.tolist()]


def floats(name: str, answer: Any) -> Raw:
    return Raw(name, "tensor(float)", np.asarray(answer))


@pytest.mark.parametrize(
    ("raws", "expected"),
    [
        (
            [Raw("label", "tensor(string)", np.array(list("nyny"))), floats("probabilities", SURE)],
            ("probabilities", "probabilities"),
        ),
        ([floats("other", SURE), floats("prob", SURE)], ("prob", "probabilities")),
        ([Raw("label", "tensor(int64)", np.array([0, 1, 0, 1])), floats("p", SURE)], ("p", "probabilities")),
        ([Raw("maps", "seq(map(string,tensor(float)))", MAPS)], ("maps", "probabilities")),
        ([floats("score", SURE[:, 1])], ("score", "positive")),
        ([floats("score", SURE[:, 1:])], ("score", "positive")),
        (
            [floats("logits", SURE * 9), Raw("label", "tensor(string)", np.array(list("nyny"), object))],
            ("label", "label"),
        ),
    ],
)
def test_probabilities_come_before_labels(raws: list[Raw], expected: tuple[str, str]) -> None:
    assert read_onnx(raws, TEXTS, "binary") == expected


def test_numbers_are_read_as_numbers() -> None:
    raws = [Raw("label", "tensor(int64)", np.zeros(4)), floats("variable", [[1], [2], [3], [4]])]
    assert read_onnx(raws, NUMBERS, "regression") == ("variable", "value")
    with pytest.raises(InputError, match="one number for each row"):
        read_onnx([floats("x", np.zeros((4, 2)))], NUMBERS, "regression")


def test_classes_in_another_order_are_told() -> None:
    raws = [Raw("label", "tensor(string)", np.array(list("ynyn"))), floats("probabilities", SURE)]
    with pytest.raises(InputError, match="likeliest class in 0% of the rows only") as failure:
        read_onnx(raws, TEXTS, "binary")
    assert "in the order n, y" in failure.value.fix


@pytest.mark.parametrize(
    "raw", [floats("logits", SURE * 9), Raw("m", "seq(map(string,tensor(float)))", [{"yes": 1.0, "no": 0.0}] * 4)]
)
def test_what_holds_nothing_of_these_is_told(raw: Raw) -> None:
    with pytest.raises(InputError, match="no output of the model holds probabilities"):
        read_onnx([raw], TEXTS, "binary")


def test_labels_that_are_no_classes_are_told() -> None:
    with pytest.raises(ModelRefused, match="`maybe`"):
        read_onnx([Raw("label", "tensor(string)", np.array(["maybe"] * 4, object))], TEXTS, "binary")


def test_a_boosters_scores_are_told_by_the_task() -> None:
    assert read_booster(floats("s", SURE[:, 1]), TEXTS, "binary") == "positive"
    assert read_booster(floats("s", SURE), TEXTS, "multiclass") == "probabilities"
    assert read_booster(floats("s", [1, 2, 3, 4]), NUMBERS, "regression") == "value"
    with pytest.raises(InputError, match="no probabilities of 2 classes"):
        read_booster(floats("s", [5, -3, 2, 1]), TEXTS, "binary")
