"""Explaining: contributions are those of columns as a request has them, and add up to the answer."""

import time
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runners.models import Column, Model, ModelInputError, Prediction, load
from runners.models.background import FILE, Background
from runners.models.explaining import Explainer, is_explainable, numbers
from runners.models.loading import digest_of
from tests.unit.runners.models.conftest import Leave, linear_model, signature
from tests.unit.runners.serve.tiny import bright

BACKGROUND = Background({"age": [4.0, 6.5, 9.0], "weight": [2, 3, 4]})


def explained(model: Model, columns: dict[str, Any]) -> Any:
    return Explainer(model).explain(model.prepare(columns), 0, time.monotonic() + 60)


@pytest.fixture
def model(leave: Leave, tmp_path: Path) -> Model:
    """Return the linear model with a background."""
    content, told = linear_model(0.1), BACKGROUND.to_json().encode()
    (tmp_path / FILE).write_bytes(told)
    return load(leave(content, files={"model.onnx": digest_of(content), FILE: digest_of(told)}))


def test_contributions_are_what_requests_with_a_column_of_other_rows_get(model: Model) -> None:
    row = {"age": 8.0, "weight": 2}
    answers = {}
    for has_age, has_weight in product((False, True), repeat=2):
        asked = {
            "age": [row["age"] if has_age else other for other in BACKGROUND.columns["age"]],
            "weight": [row["weight"] if has_weight else other for other in BACKGROUND.columns["weight"]],
        }
        probability = model.predict(asked).probability
        assert probability is not None
        answers[has_age, has_weight] = probability.mean()
    of_age = (answers[True, False] - answers[False, False] + answers[True, True] - answers[False, True]) / 2
    found = explained(model, {name: [value] for name, value in row.items()})
    assert found.columns[:, 1] == pytest.approx([of_age, answers[True, True] - answers[False, False] - of_age])
    assert found.base[1] == pytest.approx(answers[False, False])
    assert found.whole[1] == pytest.approx(answers[True, True])
    assert found.columns[:, 0] == pytest.approx(-found.columns[:, 1])  # the other class loses what the one gains


def test_a_column_that_is_the_same_in_the_background_adds_nothing(model: Model) -> None:
    told = Background({"age": [1.0, 2.0], "weight": [3, 3]}).to_json().encode()
    found = explained(replace(model, background=told), {"age": [5.0], "weight": [3]})
    assert found.columns[1].tolist() == [0, 0]
    assert found.columns[0, 1] != 0


def test_a_picture_is_explained_by_its_patches_without_a_background(tmp_path: Path) -> None:
    bright(tmp_path)
    model = load(tmp_path)
    assert is_explainable(model.signature)
    found = explained(model, {"image": [[1.0, 0.0, 1.0, 0.0]]})
    assert found.base == pytest.approx([0.5, 0.5])
    assert found.patches["image"].shape == (2, 2, 2)
    assert found.patches["image"].sum(axis=(0, 1)) == pytest.approx(found.whole - found.base)
    assert found.patches["image"].sum(axis=(0, 1)) == pytest.approx(found.columns[0])
    assert found.patches["image"][0, 0] == pytest.approx(found.patches["image"][1, 0])


def test_a_model_without_a_background_or_with_too_many_columns_isn_t_explained() -> None:
    known = signature()
    assert not is_explainable(known)
    assert is_explainable(replace(known, files={FILE: "sha256:0"}))
    wide = tuple(Column(f"c{place}", "FP32") for place in range(1001))
    assert not is_explainable(replace(known, files={FILE: "sha256:0"}, inputs=wide))


def test_a_background_that_doesn_t_fit_is_told(model: Model) -> None:
    told = Background({"height": [1.0]}).to_json().encode()
    with pytest.raises(ModelInputError, match="height is no column"):
        Explainer(replace(model, background=told))


def test_an_answer_that_isn_t_finite_is_told_as_that(model: Model) -> None:
    told = Background({"age": [None], "weight": [3]}).to_json().encode()
    with pytest.raises(
        ModelInputError, match="the row can't be explained: with columns of other rows, the model has no"
    ):
        explained(replace(model, background=told), {"age": [5.0], "weight": [2]})


def test_what_is_explained_of_each_kind_of_answer(model: Model) -> None:
    several = np.array([[0.1, 0.9]])
    assert numbers(Prediction(np.array(["yes"]), np.array([0.75])), model).tolist() == [[0.25, 0.75]]
    assert numbers(Prediction(np.array(["yes"]), probabilities=several), model) is several
    assert numbers(Prediction(np.array(["no", "yes"])), model).tolist() == [[1, 0], [0, 1]]
    number = replace(model, signature=replace(model.signature, classes=()))
    assert numbers(Prediction(np.array([2, 3])), number).tolist() == [[2.0], [3.0]]
