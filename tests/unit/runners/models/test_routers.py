"""Routers: what is asked of models, and what their answers become."""

import numpy as np
import pytest

from runners.models import ModelInputError, Prediction
from runners.models.routers import SwitchRouter, asked, columns_from, output_of, scores_of, votes_of
from tests.unit.runners.models.graphed import constant, model

SIGNATURE = constant(0.5).signature


def test_a_tensor_of_one_number_a_row_is_a_column_and_a_wider_one_stays() -> None:
    found = columns_from({"one": np.zeros((3, 1)), "wide": np.zeros((3, 4))})
    assert {name: array.shape for name, array in found.items()} == {"one": (3,), "wide": (3, 4)}


def test_a_model_is_asked_for_its_own_columns_and_a_refusal_names_it() -> None:
    assert asked("a", constant(0.5), {"age": [1.0], "other": ["x"]}).probability == pytest.approx([0.5])
    with pytest.raises(ModelInputError, match=r"^a: age of row 0 is"):
        asked("a", constant(0.5), {"age": ["old"]})


def test_scores_and_votes_are_in_the_order_of_the_classes() -> None:
    answered = Prediction(np.array(["yes", "no"], object), probability=np.array([0.9, 0.2]))
    assert scores_of(answered, SIGNATURE) == pytest.approx(np.array([[0.1, 0.9], [0.8, 0.2]]))
    assert votes_of(answered, SIGNATURE).tolist() == [[0, 1], [1, 0]]
    assert output_of("probabilities.no", answered, SIGNATURE) == pytest.approx([0.1, 0.8])
    assert output_of("prediction", answered, SIGNATURE).tolist() == ["yes", "no"]


def test_sets_of_labels_vote_for_each_label() -> None:
    joint = model(lambda _: None, {"age": "FP32"}, thresholds=(0.5, 0.5)).signature
    answered = Prediction(np.array(['["yes"]', '["no", "yes"]'], object))
    assert votes_of(answered, joint).tolist() == [[0, 1], [1, 1]]


def test_only_the_models_whose_rows_are_there_are_asked() -> None:
    broken = model(lambda _: 1 / 0, {"age": "FP32"})
    switch = SwitchRouter([("a", constant(0.5), (1,)), ("b", broken, ())], "age", SIGNATURE)
    assert switch.run({"age": np.ones((2, 1))}, "").shape == (2, 2)
